from django.urls import path
from django.urls.resolvers import URLPattern

from recognition import views

app_name = "recognition"
urlpatterns: list[URLPattern] = [
    path("<uuid:uuid>/<int:camera_id>/watch/", views.watch, name="watch"),
    path("<uuid:uuid>/<int:camera_id>/picture/", views.picture, name="picture"),
]
