"""Addresses of the public's pages."""

from django.urls import path

from deployments.views.feed import DeploymentFeed
from deployments.views.public import deployment, for_everyone, home, how

app_name = "public"
urlpatterns = [
    path("", home, name="home"),
    path("how-it-works/", how, name="how"),
    path("deployment/<uuid:uuid>/", deployment, name="deployment"),
    path("feed.atom", for_everyone(DeploymentFeed()), name="feed"),
]
