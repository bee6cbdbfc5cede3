"""Documents as JSON: everything that a parser read, with its findings and notes."""

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from pydantic import BaseModel

from election.documents import Document, VoteImagePrecinct
from election.listings import Event, ListedContest, ListedCount
from election.media import Medium
from listings.media_document import medium_fields
from listings.reading import Reading, shown_path
from listings.remarks import findings_of, notes_of

_SAID_BEFORE = frozenset({"format", "findings", "notes"})
"""Fields of documents that every object has at its top, whatever the document calls them."""

_NAMED_TUPLES = (Event, ListedCount, ListedContest)


def json_text(readings: Sequence[Reading]) -> str:
    """Return one object, or an array of them where there are several readings."""
    objects = [_encoded(_object(reading)) for reading in readings]
    if len(objects) == 1:
        return f"{objects[0]}\n"
    return "[\n" + ",\n".join(objects) + "\n]\n"


def _object(reading: Reading) -> dict[str, object]:
    document = reading.document
    content = _content(document)
    return {
        "format": reading.format,
        "file": shown_path(reading.path),
        "sha256": reading.sha256,
        "notes": notes_of(document),
        "findings": findings_of(document),
        **{name: value for name, value in content.items() if name not in _SAID_BEFORE},
    }


def _content(document: Document) -> dict[str, object]:
    if isinstance(document, Medium):
        return medium_fields(document)
    if isinstance(document, BaseModel):
        return document.model_dump(mode="json")
    return _fields(document)


def _encoded(value: dict[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain, separators=(",", ":"))


def _plain(value: object) -> object:
    """Return what JSON has no word for, as json.dumps asks."""
    return value.isoformat() if isinstance(value, datetime) else _fields(value)


def _fields(record: object) -> dict[str, object]:
    skipped = {"disagreements"} if isinstance(record, VoteImagePrecinct) else ()
    return {
        field.name: _named(getattr(record, field.name))
        for field in fields(record)  # type: ignore[arg-type]  # all other values are JSON's own
        if field.name not in skipped
    }


def _named(value: object) -> object:
    """Return `value`, but our named tuples as objects: json.dumps would write arrays."""
    if isinstance(value, ListedContest):
        return {name: _named(each) for name, each in value._asdict().items()}
    if isinstance(value, Event | ListedCount):
        return value._asdict()
    if isinstance(value, tuple) and value and isinstance(value[0], _NAMED_TUPLES):
        return [_named(each) for each in value]
    return value
