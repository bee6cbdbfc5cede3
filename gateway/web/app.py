"""What the gateway serves on its own machine: the clerk's page, its data, health and metrics."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse, JSONResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import TypeAdapter

from gateway.overview import Overview
from gateway.packets import PacketState
from gateway.web.metrics import registry_of
from runtime.web_frame import POLICY, add_frame

STATES_IN_WORDS = {
    PacketState.AWAITING: "Nothing yet",
    PacketState.COLLECTING: "Incomplete",
    PacketState.CHECKED: "Being checked",
    PacketState.BLOCKED: "Blocked",
    PacketState.HELD: "Held",
    PacketState.READY: "Ready",
    PacketState.RELEASED: "Sent, no receipt yet",
    PacketState.CONFIRMED: "Received by central",
    PacketState.SUPERSEDED: "Replaced",
}

_OVERVIEW = TypeAdapter(Overview)


def gateway_app(
    overview: Callable[[], Awaitable[Overview]], silent_tasks: Callable[[], list[str]]
) -> FastAPI:
    """Return the application; it only ever reads."""
    app = FastAPI(title="Zerotape gateway", docs_url=None, redoc_url=None)
    pages = Environment(
        loader=PackageLoader("gateway.web"), autoescape=True, undefined=StrictUndefined
    )
    add_frame(app, POLICY)

    @app.get("/", response_class=HTMLResponse)
    async def _page() -> str:
        view = await overview()
        ordered = sorted(view.packets, key=lambda packet: (not packet.needs_person, packet.key))
        return pages.get_template("overview.html").render(
            view=view, packets=ordered, words=STATES_IN_WORDS
        )

    @app.get("/style.css")
    async def _style() -> Response:
        source = pages.get_template("style.css").render()
        return Response(source, media_type="text/css")

    @app.get("/api/overview")
    async def _overview() -> Response:
        return JSONResponse(_OVERVIEW.dump_python(await overview(), mode="json"))

    @app.get("/health")
    async def _health() -> Response:
        silent = silent_tasks()
        return JSONResponse({"silent_tasks": silent}, status_code=503 if silent else 200)

    @app.get("/metrics")
    async def _metrics() -> Response:
        text = generate_latest(registry_of(await overview(), silent_tasks()))
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    return app
