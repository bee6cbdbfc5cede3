"""Media as JSON objects: whose they are, their state, their counters and their logs.

Never a single ballot: what parsers of media return holds sums alone.
"""

from dataclasses import fields, is_dataclass
from enum import Enum

from election.documents import Tape
from election.media import FlashCard, Medium
from election.protocol_form import ProtocolForm


def medium_fields(medium: Medium) -> dict[str, object]:
    """Return every field of `medium`; states by name, tuples as arrays."""
    return _plain_fields(medium)


def damage_of(document: Tape | Medium | ProtocolForm) -> tuple[str, ...]:
    """Return what is damaged, on every terminal of a CompactFlash card, too; on a form nothing."""
    if isinstance(document, ProtocolForm):
        return ()
    if not isinstance(document, FlashCard):
        return document.damage
    of_terminals = (
        f"terminal {terminal.terminal}: {text}"
        for terminal in document.terminals
        for text in terminal.damage
    )
    return (*document.damage, *of_terminals)


def _plain_fields(record: object) -> dict[str, object]:
    return {
        field.name: _plain(getattr(record, field.name))
        for field in fields(record)  # type: ignore[arg-type]  # records of media are dataclasses
    }


def _plain(value: object) -> object:
    if isinstance(value, Enum):  # an IntEnum would be written as its number
        return value.name.lower().replace("_", "-")
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return _plain_fields(value) if is_dataclass(value) else value
