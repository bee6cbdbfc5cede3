"""One medium, read at the bench: by the same drivers and parsers as the daemon's, and not kept."""

import asyncio
import stat
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pydantic import ValidationError

from drivers.contract import Driver, DriverHost
from drivers.registry import load_driver
from election.captures import Capture, Ending
from election.documents import Document
from election.errors import ZerotapeError
from election.records import problems_of
from gateway import image_file
from gateway.medium_tables import is_damaged
from gateway.plugged_in import settings_key
from gateway.recording import Session
from parsers.errors import ParseError
from parsers.registry import known_parsers, load_parsers, parser_for

CARD_MANAGER_SUFFIX = ".pcc"

NOT_INTERPRETED = {
    Ending.UNSTABLE: "Two readings differ: neither is interpreted.",
    Ending.UNREADABLE: "Only a part could be read: it is not interpreted.",
    Ending.UNPLUGGED: "Only a part could be read: it is not interpreted.",
}

Opener = Callable[[DriverHost], Driver]
Progress = Callable[[int, int], None]


class NothingRead(ZerotapeError):
    """The bench could not read anything; the words say what to do."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What the parsers made of a medium."""

    parser: str = ""
    """Empty where none was asked or none knows it."""
    document: "Document | None" = None
    problem: str = ""
    """Why there is no document; empty where there is one."""

    @property
    def is_sound(self) -> bool:
        """Whether it was read, and says of itself that it is whole."""
        parts = (self.document, *getattr(self.document, "terminals", ()))
        return self.document is not None and not any(map(is_damaged, parts))


async def read_medium(open_driver: Opener, progress: Progress) -> tuple[Capture, ...]:
    """Return what one visit gave: one capture, or two readings that differ.

    Waits until a medium is there. Raises NothingRead, or what the driver raises.
    """
    visit = _VisitHost(progress)
    found: list[Capture] = []
    async with (
        open_driver(DriverHost(visit.progress, visit.say)) as driver,
        _captures_of(driver) as captures,
    ):
        while not found or (found[0].ending is Ending.UNSTABLE and len(found) < 2):
            capture = await _next_or_over(captures, visit.over)
            if capture is None:
                break
            found.append(capture)
    if not found:
        raise NothingRead(visit.words or "Nothing was read.")
    return tuple(found)


def session_for_file(path: Path, driver: str | None) -> Session:
    """Return how to open `path`: with the driver for its kind, unless `driver` names another.

    Raises NothingRead where nobody can open it so.
    """
    chosen = driver or _driver_for(path)
    plugin = image_file.PLUGIN if chosen == image_file.MEDIUM_KIND else load_driver(chosen)
    try:
        settings = plugin.settings.model_validate({settings_key(plugin.settings): str(path)})
    except ValidationError as error:
        raise NothingRead(
            f"{chosen} cannot read {path}: {'; '.join(problems_of(error))}"
        ) from error
    return Session(path.name, chosen, plugin, settings)


def contents_of(capture: Capture, formats: Iterable[str] = ()) -> Contents:
    """Return what the parsers named `formats` say of `capture`; all parsers are asked if none is.

    Two readings that differ, and a part of a medium, are interpreted by nobody.
    """
    if capture.ending in NOT_INTERPRETED:
        return Contents(problem=NOT_INTERPRETED[capture.ending])
    try:
        parser = parser_for(capture.content, load_parsers(tuple(formats) or known_parsers()))
    except ParseError as error:
        return Contents(problem=str(error))
    try:
        return Contents(parser.name, parser.parse(capture.content))
    except ParseError as error:
        return Contents(parser.name, problem=str(error))


def _driver_for(path: Path) -> str:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise NothingRead(f"{path} cannot be read: {error.strerror}.") from error
    if stat.S_ISBLK(mode):
        return "block-device"
    if path.name.startswith("mtd") or path.suffix.lower() == CARD_MANAGER_SUFFIX:
        return "pc-card"
    if stat.S_ISREG(mode):
        return image_file.MEDIUM_KIND
    raise NothingRead(f"{path} is no file, disk or memory card. Name its driver with --driver.")


class _VisitHost:
    """Listens to a driver, and notices when a visit has ended without any capture."""

    def __init__(self, progress: Progress) -> None:
        self.over = asyncio.Event()
        self.words = ""
        self._loop = asyncio.get_running_loop()
        self._progress = progress
        self._ended = False

    def progress(self, done: int, total: int) -> None:
        self._ended = not total
        self._progress(done, total)

    def say(self, words: str) -> None:
        """Take advice; what is said after the end of a reading is the last word."""
        if words and self._ended:
            self.words = words
            self._loop.call_soon_threadsafe(self.over.set)


def _captures_of(driver: Driver) -> aclosing[AsyncGenerator[Capture, None]]:
    return aclosing(cast("AsyncGenerator[Capture, None]", driver.captures()))


async def _next_or_over(captures: AsyncIterator[Capture], over: asyncio.Event) -> Capture | None:
    """Return the next capture; None when the visit is over without one."""
    coming = asyncio.ensure_future(anext(captures))
    ended = asyncio.ensure_future(over.wait())
    try:
        await asyncio.wait({coming, ended}, return_when=asyncio.FIRST_COMPLETED)
        return coming.result() if coming.done() else None
    finally:
        for task in (coming, ended):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await ended
        await asyncio.wait({coming})
