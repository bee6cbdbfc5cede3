"""Nodes that tell a record of everything that is asked of them."""

from collections.abc import Callable
from typing import TypeVar

from drivers.media.opened_node import OpenedNode, OpenNode
from drivers.transcripts.crossing import Crossing, Direction, Record
from drivers.transcripts.node_crossings import (
    ATTRIBUTE,
    IDENTITY,
    NODE,
    REQUEST,
    Shown,
    error_name,
)
from election.captures import WriteProtection
from election.errors import ZerotapeError

T = TypeVar("T")


def recorded(open_node: OpenNode, record: Record, channel: str) -> OpenNode:
    """Return `open_node` with a record of it; contents cross on `channel`.

    The record begins with the first medium, or with one look into the empty slot before it: a slot
    that stays empty all night leaves none.
    """
    return _RecordedSlot(open_node, record, channel).open


class RecordedNode:
    """Passes every call on to `node`, and what crossed to `record`."""

    def __init__(self, node: OpenedNode, record: Record, channel: str) -> None:
        self.name: str = node.name
        self.size: int = node.size
        self.token: str = node.token
        self.protection: WriteProtection = node.protection
        self.facts: tuple[str, ...] = node.facts
        self._node = node
        self._record = record
        self._channel = channel

    def read_at(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`; raise OSError."""
        self._record(Crossing(Direction.OUT, self._channel, REQUEST.pack(offset, length)))
        return _told(
            self._record,
            self._channel,
            lambda: self._node.read_at(offset, length),
            lambda data: data,
        )

    def identity(self) -> str:
        """Return how the device calls itself."""
        return _told(self._record, IDENTITY, self._node.identity, str.encode)

    def attribute_memory(self) -> bytes:
        """Return the front of a card's attribute memory; b"" where the node has none."""
        return _told(self._record, ATTRIBUTE, self._node.attribute_memory, lambda data: data)

    def close(self) -> None:
        """Close the node."""
        self._node.close()


class _RecordedSlot:
    def __init__(self, open_node: OpenNode, record: Record, channel: str) -> None:
        self._open_node = open_node
        self._record = record
        self._channel = channel
        self._has_begun = False
        self._was_empty = False

    def open(self) -> OpenedNode | None:
        if self._has_begun:
            node = _told(self._record, NODE, self._open_node, _shown)
        else:
            node = self._open_node()
            self._begin(node)
        return None if node is None else RecordedNode(node, self._record, self._channel)

    def _begin(self, node: OpenedNode | None) -> None:
        if node is None:
            self._was_empty = True
            return
        self._has_begun = True
        if self._was_empty:
            self._record(Crossing(Direction.IN, NODE, b""))
        self._record(Crossing(Direction.IN, NODE, _shown(node)))


def _shown(node: OpenedNode | None) -> bytes:
    if node is None:
        return b""
    shown = Shown(
        name=node.name,
        size=node.size,
        token=node.token,
        protection=node.protection,
        facts=node.facts,
    )
    return shown.model_dump_json().encode()


def _told(record: Record, channel: str, ask: Callable[[], T], told: Callable[[T], bytes]) -> T:
    """Return the answer to `ask`, once it is on record; so are errors."""
    try:
        answer = ask()
    except (OSError, ZerotapeError) as error:
        record(Crossing(Direction.IN, channel, b"", error_name(error)))
        raise
    record(Crossing(Direction.IN, channel, told(answer)))
    return answer
