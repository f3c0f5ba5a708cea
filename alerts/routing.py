from typing import Any

from django.urls import path

from alerts.consumers import ConsoleConsumer, HandheldConsumer

# Django's types know no route to an ASGI application, and those of channels are private.
websocket_urlpatterns: list[Any] = [
    path("ws/deployments/<uuid:uuid>/console/", ConsoleConsumer.as_asgi()),  # type: ignore[arg-type]
    path("ws/deployments/<uuid:uuid>/handheld/", HandheldConsumer.as_asgi()),  # type: ignore[arg-type]
]
