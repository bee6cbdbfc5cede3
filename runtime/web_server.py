"""Serving a web application inside a daemon's own event loop."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Annotated

import uvicorn
from fastapi import FastAPI
from pydantic import Field

from election.errors import ZerotapeError
from runtime.settings import Settings

ADDRESS_FILE = "web-address"
"""In the state folder of a daemon: where its pages are, for whoever started it with port 0."""


class WebSettings(Settings):
    """Where the pages are served; port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 0


class AddressUnusable(ZerotapeError):
    """The pages cannot be served where the configuration says."""

    def __init__(self, settings: WebSettings, reason: str) -> None:
        super().__init__(
            f"{settings.host}:{settings.port} cannot be used for the pages: {reason}. Name another "
            "port under [web] in the configuration, or stop the program that has this one."
        )


class _QuietServer(uvicorn.Server):
    """A server that leaves signals to the daemon."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serving(app: FastAPI, settings: WebSettings, state: Path) -> AsyncIterator[str]:
    """Serve `app` while the context lasts; yield its address, `http://host:port`.

    The address also stands in the folder `state`. Raises AddressUnusable, for example when another
    program has the port.
    """
    try:
        listener = socket.create_server((settings.host, settings.port))
    except OSError as error:
        raise AddressUnusable(settings, os.strerror(error.errno or 0)) from error
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=2
    )
    server = _QuietServer(config)
    task = asyncio.create_task(server.serve([listener]), name="web-server")
    address = f"http://{settings.host}:{listener.getsockname()[1]}"
    _announce(state / ADDRESS_FILE, address)
    try:
        yield address
    finally:
        server.should_exit = True
        await task
        listener.close()


def _announce(path: Path, address: str) -> None:
    """Let whoever waits for the file never read half of it."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(address)
    unfinished.replace(path)
