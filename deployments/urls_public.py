"""Addresses of the public's pages."""

from django.urls import path, re_path
from django.urls.resolvers import URLPattern, URLResolver

from deployments.api import api
from deployments.views import calendar, open_data, public_about, public_documents, public_prints
from deployments.views import public_deployments as pages
from deployments.views.feed import DeploymentFeed
from deployments.views.public import for_everyone

app_name = "public"
DOCUMENT = r"^policies/(?P<kind>[a-z_]+)/(?P<version>[0-9.]+)/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.home, name="home"),
    path("announced/", pages.announced, name="announced"),
    path("results/", pages.results, name="results"),
    path("deployment/<uuid:uuid>/", pages.deployment, name="deployment"),
    path("how-it-works/", public_about.how, name="how"),
    path("your-rights/", public_about.rights, name="rights"),
    path("your-data/", public_about.data, name="data"),
    path("policies/", public_documents.documents, name="documents"),
    re_path(f"{DOCUMENT}$", public_documents.document, name="document"),
    re_path(rf"{DOCUMENT}document\.pdf$", public_documents.document_pdf, name="document_pdf"),
    re_path(r"^print/(?P<what>sign|leaflet)\.pdf$", public_prints.generic_print, name="print"),
    re_path(
        r"^deployment/(?P<uuid>[0-9a-f-]{36})/(?P<what>sign|leaflet)\.pdf$",
        public_prints.deployment_print,
        name="deployment_print",
    ),
    path("feed.atom", for_everyone(DeploymentFeed()), name="feed"),
    path("calendar.ics", calendar.calendar, name="calendar"),
    path(
        "deployment/<uuid:uuid>/calendar.ics",
        calendar.deployment_calendar,
        name="deployment_calendar",
    ),
    path("open-data/", open_data.open_data, name="open_data"),
    path("open-data/deployments.csv", open_data.results_csv, name="csv"),
    path("api/v1/openapi.json", open_data.openapi, name="openapi"),
    path("api/v1/", api.urls),
]
