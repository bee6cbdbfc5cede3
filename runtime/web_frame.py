"""What every page of ours carries: strict headers, and an icon of its own."""

from typing import Any

from fastapi import FastAPI, Request, Response

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
"""Nothing from elsewhere, and no script at all."""

POLICY_WITH_SCRIPT = f"{POLICY}; script-src 'self'; connect-src 'self'"
"""For pages that keep themselves current."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}

ICON = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
<path fill="#fff" stroke="#1a1a1a" d="M3 .5h10v15l-2-1.5-1.5 1.5L8 14l-1.5 1.5L5 14l-2 1.5z"/>
<ellipse cx="8" cy="7" rx="2" ry="3" fill="none" stroke="#1a1a1a" stroke-width="1.5"/>
</svg>
"""
"""A strip of paper with a zero on it; pages name it as `/icon.svg`."""


def add_frame(app: FastAPI, policy: str) -> None:
    """Give all answers of `app` the headers and the content security policy; serve the icon."""
    headers = HEADERS | {"Content-Security-Policy": f"{policy}; frame-ancestors 'none'"}

    @app.middleware("http")
    async def _headers(request: Request, call_next: Any) -> Response:  # noqa: ANN401  # starlette's
        response: Response = await call_next(request)
        response.headers.update(headers)
        return response

    @app.get("/icon.svg")
    def _icon() -> Response:
        return Response(ICON, media_type="image/svg+xml")
