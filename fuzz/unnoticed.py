"""No count of a medium changes unnoticed: what its checksums protect is as it was written, or told.

A document without `damage`, read from an image that was changed and not sealed again, is the
document of an undamaged image, but for what no checksum of the formats protects:

- ballot records in the flash of a terminal. How many there are, of which precinct and who cast
  them is held against the identity block; for whom they are is not, unless there are three copies;
- the old event log, whose records have no checksum, and every event behind a record that is cut;
- a flash whose identity block is erased: it is the published layout alone, which has no checksum;
- names and places in the file system of a CompactFlash card: a terminal that is no longer named
  there is missing. Whatever is there is held to the above.
"""

from collections.abc import Iterable, Iterator
from dataclasses import fields

from election.documents import Document
from election.media import FlashCard, M100Card, Medium, Peb, TerminalFlash
from parsers.media.flash.layout import IMAGE, OLD_END, OLD_LOG

_VOTES = "votes_by_candidate"
_LOG = ("events", "log_is_cut", "log_is_full", "notes")
_SERVICE = ("other_files", "notes", "terminals")
"""Fields of a card that are names, or compared one by one."""


def unnoticed(content: bytes, found: Document, sound: Iterable[Document]) -> str:
    """Return in which fields `found` differs without damage from each of `sound`; empty: in none.

    `content` is what `found` was read from; of several answers the shortest is given.
    """
    if not isinstance(found, M100Card | Peb | TerminalFlash | FlashCard) or found.damage:
        return ""
    answers = [", ".join(_differences(content, found, each)) for each in sound]
    return min(answers, key=len, default="")


def _differences(content: bytes, found: Document, sound: Document) -> Iterator[str]:
    match found, sound:
        case M100Card(), M100Card():
            yield from _fields(found, sound)
        case Peb(), Peb():
            yield from _fields(found, sound)
        case TerminalFlash(), TerminalFlash():
            yield from _of_flash(found, sound, has_old_log=_has_old_log(content))
        case FlashCard(), FlashCard():
            yield from _of_card(found, sound)
        case _:
            yield "everything"


def _of_flash(found: TerminalFlash, sound: TerminalFlash, *, has_old_log: bool) -> Iterator[str]:
    if found.identity is None and found.copies == 1:
        return
    unprotected = {_VOTES} if found.copies == 1 else set()
    if has_old_log or found.log_is_cut:
        unprotected |= set(_LOG)
    yield from _fields(found, sound, without=unprotected)
    if not has_old_log and found.events != sound.events[: len(found.events)]:
        yield "events before the log is cut"


def _of_card(found: FlashCard, sound: FlashCard) -> Iterator[str]:
    unnamed = {"card", "identity"} if found.identity is None else set()
    yield from _fields(found, sound, without={*_SERVICE, *unnamed})
    were = {flash.terminal: flash for flash in sound.terminals}
    for flash in found.terminals:
        if not flash.damage and flash.terminal in were:
            for name in _of_flash(flash, were[flash.terminal], has_old_log=False):
                yield f"{name} of terminal {flash.terminal}"
        elif not flash.damage and flash.identity is not None:
            yield f"terminal {flash.terminal}"


def _fields(found: Medium, sound: Medium, *, without: Iterable[str] = ()) -> Iterator[str]:
    for field in fields(found):
        name = field.name
        if name not in without and getattr(found, name) != getattr(sound, name):
            yield name


def _has_old_log(content: bytes) -> bool:
    return len(content) % IMAGE == 0 and content[OLD_LOG] != OLD_END
