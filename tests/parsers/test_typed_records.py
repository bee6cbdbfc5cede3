"""Forms and typed tapes: strict JSON in, a document out, and every wrong field named."""

import json
from typing import Any

import pytest

from election.documents import DeviceClass, ReportKind, Tape
from election.protocol_form import ProtocolForm
from parsers.errors import ParseError
from parsers.registry import load_parser
from parsers.typed.strict_record import MAX_BYTES

FORM = load_parser("protocol-form")
TAPE = load_parser("typed-tape")


def typed_tape() -> dict[str, Any]:
    return {
        "format": "zerotape-typed-tape-1",
        "typed_by": "ANN AVERY",
        "typed_at": "2026-11-04T04:10:00Z",
        "device_class": "m100",
        "kind": "results",
        "test": False,
        "election": "99110326",
        "definition_version": 1,
        "definition_digits": "D7C9BB37B9787557",
        "precinct": 21,
        "precinct_name": "RIVERSIDE",
        "unit": "204417",
        "closed": "2026-11-03T19:41:30",
        "ballots": 612,
        "contests": [
            {
                "contest": 201,
                "title": "ISSUE NO. 1 LIBRARY MILLAGE",
                "votes_allowed": 1,
                "ballots": 612,
                "choices": [
                    {"choice": 1, "name": "FOR", "votes": 333},
                    {"choice": 2, "name": "AGAINST", "votes": 262},
                ],
                "overvotes": 1,
                "undervotes": 16,
                "total": 612,
            }
        ],
    }


def raw(record: dict[str, Any]) -> bytes:
    return json.dumps(record).encode()


def test_a_typed_tape_becomes_the_tape_that_it_was_typed_from() -> None:
    tape = TAPE.parse(raw(typed_tape()))
    assert isinstance(tape, Tape)
    assert (tape.typed_by, tape.device_class, tape.kind) == (
        "ANN AVERY",
        DeviceClass.M100,
        ReportKind.RESULTS,
    )
    assert (tape.ballots, tape.contests[0].total, tape.contests[0].choices[1].votes) == (
        612,
        612,
        262,
    )
    assert tape.contests[0].write_ins is None


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("ballots", -1, "ballots"),
        ("ballots", "612", "ballots"),
        ("ballots", True, "ballots"),
        ("closed", "2026-11-03T19:41:30Z", "closed"),
        ("typed_by", "", "typed_by"),
        ("guessed", 1, "guessed: unknown key"),
        ("device_class", "erm", "device_class"),
    ],
)
def test_a_wrong_field_is_named(key: str, value: object, told: str) -> None:
    with pytest.raises(ParseError, match=told):
        TAPE.parse(raw({**typed_tape(), key: value}))


def test_a_figure_that_stands_there_twice_is_refused() -> None:
    twice = raw(typed_tape()).replace(b'"ballots": 612,', b'"ballots": 612, "ballots": 6,', 1)
    with pytest.raises(ParseError, match="twice"):
        TAPE.parse(twice)


def test_a_form_is_read_and_its_empty_lines_stay_empty() -> None:
    form = FORM.parse(
        raw(
            {
                "format": "zerotape-protocol-form-1",
                "precinct": "riverside",
                "devices": [],
                "accounting": {"provisional": 4},
            }
        )
    )
    assert isinstance(form, ProtocolForm)
    assert (form.accounting.provisional, form.accounting.received) == (4, None)


@pytest.mark.parametrize(("parser", "other"), [(FORM, TAPE), (TAPE, FORM)])
def test_each_knows_its_own_format_alone(parser: Any, other: Any) -> None:
    head = raw({"format": parser.format})
    assert parser.recognises(head)
    assert not other.recognises(head)
    assert not parser.recognises(b"x" + head)


def test_another_version_is_told_from_a_stranger() -> None:
    assert "format is not" in TAPE.resembles(raw({"format": "zerotape-typed-tape-2"}))
    assert TAPE.resembles(b'{"format": "zerotape-definition-1"}') == ""


def test_a_file_that_is_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(ParseError, match="at most"):
        FORM.parse(bytes(MAX_BYTES + 1))
