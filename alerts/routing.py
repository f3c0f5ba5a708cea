from django.urls import path
from django.urls.resolvers import URLPattern

from alerts.consumers import ConsoleConsumer, HandheldConsumer

websocket_urlpatterns: list[URLPattern] = [
    path("ws/deployments/<uuid:uuid>/console/", ConsoleConsumer.as_asgi()),
    path("ws/deployments/<uuid:uuid>/handheld/", HandheldConsumer.as_asgi()),
]
