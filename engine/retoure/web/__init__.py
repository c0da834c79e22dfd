"""The HTTP side: webhooks in, health and status out, beside the worker in one event loop.

Public: `webhook_app` (an ASGI app to mount or to serve yourself), `serve` and CannotListen.
"""

from .app import webhook_app
from .serve import CannotListen, serve

__all__ = ["CannotListen", "serve", "webhook_app"]
