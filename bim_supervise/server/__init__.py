"""The served face: one ASGI process with the screens, a health route and the MQTT subscriber."""

from bim_supervise.server.app import build_app
from bim_supervise.server.broker import embedded_broker
from bim_supervise.server.run import serve
from bim_supervise.server.settings import ServerSettings

__all__ = ["ServerSettings", "build_app", "embedded_broker", "serve"]
