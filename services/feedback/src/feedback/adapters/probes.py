"""Probes and metrics. Liveness asks no dependency; readiness asks them all."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from feedback.adapters import metrics

Check = Callable[[], Awaitable[bool]]


def router(*, alive: Check, ready: Check, started: Check) -> APIRouter:
    probes = APIRouter(include_in_schema=False)

    def answer(check: Check) -> Callable[[], Awaitable[Response]]:
        async def serve() -> Response:
            good = await check()
            return Response("ok" if good else "not now", 200 if good else 503)

        return serve

    probes.add_api_route("/livez", answer(alive))
    probes.add_api_route("/readyz", answer(ready))
    probes.add_api_route("/startupz", answer(started))

    @probes.get("/metrics")
    async def scrape() -> Response:
        return Response(generate_latest(metrics.REGISTRY), media_type=CONTENT_TYPE_LATEST)

    return probes
