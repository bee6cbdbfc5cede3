"""The staff pages of the aggregator: everything is read, nothing can be changed here."""

from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, StreamingResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException

from central.condition import Condition
from central.progress import Progress
from central.totals import Totals
from central.web.api import precincts_json, totals_json
from central.web.events import Audience, events
from central.web.formats import page_templates
from central.web.metrics import registry_of
from runtime.web_frame import POLICY_WITH_SCRIPT, add_frame

STATIC = Path(__file__).parent / "static"


def central_app(totals: Totals, progress: Progress, condition: Callable[[], Condition]) -> FastAPI:
    """Return the application; it asks `totals` in threads and never writes."""
    app = FastAPI(title="Zerotape central", docs_url=None, redoc_url=None, redirect_slashes=False)
    pages = _Pages(totals, condition)
    _add_pages(app, totals, pages)
    _add_failures(app, pages)
    _add_data(app, totals, condition)
    _add_live_files(app, progress)
    add_frame(app, POLICY_WITH_SCRIPT)

    return app


class _Pages:
    """Fills in templates."""

    def __init__(self, totals: Totals, condition: Callable[[], Condition]) -> None:
        self._templates = page_templates(totals.loaded.definition)
        self._condition = condition

    def show(self, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
        text = self._templates.get_template(template).render(condition=self._condition(), **values)
        return HTMLResponse(text, status_code=status)

    def missing(self) -> HTMLResponse:
        return self.show("missing.html", status=404)


def _add_pages(app: FastAPI, totals: Totals, pages: _Pages) -> None:
    page, missing = pages.show, pages.missing

    @app.get("/")
    def _overview() -> HTMLResponse:
        return page("overview.html", view=totals.overview())

    @app.get("/contests/{contest_id}")
    def _contest(contest_id: int) -> HTMLResponse:
        detail = totals.contest(contest_id)
        return page("contest.html", detail=detail) if detail else missing()

    @app.get("/precincts")
    def _precincts() -> HTMLResponse:
        return page("precincts.html", view=totals.overview())

    @app.get("/precincts/{precinct_id}")
    def _precinct(precinct_id: str) -> HTMLResponse:
        detail = totals.precinct(precinct_id)
        return page("precinct.html", detail=detail) if detail else missing()

    @app.get("/refusals")
    def _refusals() -> HTMLResponse:
        return page("refusals.html", found=totals.oversight())

    @app.get("/centers")
    def _centers() -> HTMLResponse:
        return page("centers.html", centers=totals.centers())


def _add_failures(app: FastAPI, pages: _Pages) -> None:
    @app.exception_handler(RequestValidationError)
    async def _no_such_id(_request: Request, _error: Exception) -> HTMLResponse:
        return pages.missing()

    @app.exception_handler(HTTPException)
    async def _no_such_page(_request: Request, error: HTTPException) -> Response:
        return pages.missing() if error.status_code == 404 else Response(status_code=405)


def _add_data(app: FastAPI, totals: Totals, condition: Callable[[], Condition]) -> None:
    @app.get("/api/totals.json")
    def _totals() -> JSONResponse:
        return JSONResponse(totals_json(totals.overview(), totals.loaded))

    @app.get("/api/precincts.json")
    def _precincts() -> JSONResponse:
        return JSONResponse(precincts_json(totals.overview(), totals.loaded))

    @app.get("/metrics")
    def _metrics() -> Response:
        registry = registry_of(totals.overview(), totals.oversight(), totals.centers(), condition())
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    @app.get("/health")
    async def _health() -> JSONResponse:
        now = condition()
        return JSONResponse(
            {
                "connected": now.connected,
                "complaint": now.complaint,
                "silent_tasks": list(now.silent_tasks),
            },
            status_code=503 if now.silent_tasks else 200,
        )


def _add_live_files(app: FastAPI, progress: Progress) -> None:
    audience = Audience()

    @app.get("/style.css")
    def _style() -> FileResponse:
        return FileResponse(STATIC / "style.css", media_type="text/css")

    @app.get("/live.js")
    def _script() -> FileResponse:
        return FileResponse(STATIC / "live.js", media_type="text/javascript")

    @app.get("/events")
    async def _events() -> Response:
        if audience.is_full:
            return Response(status_code=503, headers={"Retry-After": "60"})
        return StreamingResponse(events(progress, audience), media_type="text/event-stream")
