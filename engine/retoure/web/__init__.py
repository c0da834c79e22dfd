"""The HTTP side: webhooks in, health and status out, beside the worker in one event loop.

Public: `webhook_app` (an ASGI app to mount or to serve yourself), `watching_app` (the same without webhooks and
questions), `tenants_app` (the same for the tenants of a deployment), `serve`, `Web` (the address to serve
at) and CannotListen.
"""

from ..deployment.model import Web
from .app import tenants_app, watching_app, webhook_app
from .serve import CannotListen, serve

__all__ = ["CannotListen", "Web", "serve", "tenants_app", "watching_app", "webhook_app"]
