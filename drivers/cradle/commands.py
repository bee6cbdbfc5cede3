"""The commands of `zt-peb-link-1` as calls; each takes `until`, a moment on the client's clock."""

from collections.abc import Callable
from math import inf
from typing import TypeVar

from drivers.cradle.link_client import LinkClient, LinkFailed
from drivers.cradle.peb_link import VERSION
from drivers.cradle.peb_messages import (
    DIGEST_REQUEST,
    HELLO_REQUEST,
    PAGE_REQUEST,
    WITH_DATA,
    Answer,
    Command,
    Hello,
    PebId,
    Slot,
    Status,
    digest_from,
    page_from,
    pages_from,
)
from election.errors import Transient

T = TypeVar("T")


class CradleSaidNo(Transient):
    """The cradle answered with a status that brings no data."""

    def __init__(self, command: Command, status: Status) -> None:
        super().__init__(
            f"The cradle answered {status.name} ({status:02X}) to {command.name}. Take the PEB "
            "out and put it in again."
        )
        self.command = command
        self.status = status


class CradleCommands:
    """Everything that is ever asked of a cradle.

    Every call may raise DeviceGone, LinkFailed and CradleSaidNo.
    """

    def __init__(self, client: LinkClient) -> None:
        self._client = client

    def hello(self) -> Hello:
        """Return how the cradle introduces itself; only then may anything else be asked."""
        return self._ask(Command.HELLO, Hello.from_bytes, HELLO_REQUEST.pack(VERSION))

    def status(self, *, until: float = inf) -> Slot:
        """Return the state of the slot."""
        return self._ask(Command.STATUS, Slot.from_bytes, until=until)

    def read_id(self, *, until: float = inf) -> PebId:
        """Return which PEB is in the slot."""
        return self._ask(Command.READ_ID, PebId.from_bytes, until=until)

    def read_map(self, *, until: float = inf) -> frozenset[int]:
        """Return the pages that are not erased."""
        return self._ask(Command.READ_MAP, pages_from, until=until)

    def read_page(self, page: int, *, until: float = inf) -> tuple[bytes, Status]:
        """Return the 528 bytes of `page`, and what the cradle says of them."""
        request = PAGE_REQUEST.pack(page)
        answer = self._with_data(Command.READ_PAGE, request, until)
        return _read(Command.READ_PAGE, lambda body: page_from(body, page), answer), answer.status

    def digest(self, pages: int, *, until: float = inf) -> int:
        """Return the CRC-32 of the first `pages` pages, as the cradle reckons it."""
        return self._ask(Command.DIGEST, digest_from, DIGEST_REQUEST.pack(0, pages), until=until)

    def _ask(
        self,
        command: Command,
        read: Callable[[bytes], T],
        payload: bytes = b"",
        *,
        until: float = inf,
    ) -> T:
        return _read(command, read, self._with_data(command, payload, until))

    def _with_data(self, command: Command, payload: bytes, until: float) -> Answer:
        answer = self._client.ask(command, payload, until=until)
        if answer.status not in WITH_DATA:
            raise CradleSaidNo(command, answer.status)
        return answer


def _read(command: Command, read: Callable[[bytes], T], answer: Answer) -> T:
    try:
        return read(answer.body)
    except ValueError as error:
        raise LinkFailed(command, f"its answer makes no sense, {error}") from error
