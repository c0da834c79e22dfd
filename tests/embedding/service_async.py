"""Somebody's web service: webhooks come in below /retoure, and the worker runs as long as the service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from retoure import AsyncRunner
from retoure.web import webhook_app


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    async with AsyncRunner.from_deployment("retoure.yaml") as runner:
        worker = asyncio.create_task(runner.run())
        app.mount("/retoure", webhook_app(runner))
        yield
        runner.stop()
        await worker


app = Starlette(lifespan=lifespan)
