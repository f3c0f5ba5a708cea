"""HTTP and WebSockets. This process never loads TensorFlow."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lfr_site.settings")
django.setup(set_prefix=False)

# After the apps are loaded:
from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from alerts.origins import own_origin_only  # noqa: E402
from alerts.routing import websocket_urlpatterns  # noqa: E402
from lfr_site.encrypted_bodies import EncryptedBodyHandler, seal_bodies_of_daphne  # noqa: E402
from lfr_site.slow_readers import wait_for_slow_readers  # noqa: E402

seal_bodies_of_daphne()
wait_for_slow_readers()

application = ProtocolTypeRouter(
    {
        "http": EncryptedBodyHandler(),
        "websocket": own_origin_only(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
