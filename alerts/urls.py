from django.urls import path
from django.urls.resolvers import URLPattern

app_name = "alerts"
urlpatterns: list[URLPattern] = []
