"""HTTP and WebSockets. This process never loads TensorFlow."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lfr_site.settings")
http = get_asgi_application()

# After the apps are loaded:
from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from alerts.origins import own_origin_only  # noqa: E402
from alerts.routing import websocket_urlpatterns  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": own_origin_only(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
