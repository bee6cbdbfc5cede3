"""The page about the M100's card says what the layout says."""

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from parsers.media.definition_block_layout import WireChoice, WireContest
from parsers.media.m100_card.event_codes import CardEvent
from parsers.media.m100_card.layout import WireHeader, WireTrailer
from simulators.media.fixtures import M100_FIXTURES
from simulators.media.samples import SAMPLES

PAGE = (Path(__file__).parents[2] / "docs/formats/m100-card.md").read_text(encoding="utf-8")

FIELD = re.compile(r"^\| 0x([0-9A-F]{2}) \| (\d+) \| `(\w+)` \|", re.MULTILINE)


def after(words: str) -> str:
    """Return the first table after `words`."""
    return PAGE.split(words, 1)[1].lstrip("\n").split("\n\n", 1)[0]


@pytest.mark.parametrize(
    ("words", "layout"),
    [
        ("## Header\n", WireHeader),
        ("## Trailer\n", WireTrailer),
        ("\nContest entry:\n", WireContest),
        ("\nChoice entry:\n", WireChoice),
    ],
)
def test_every_field_stands_at_its_offset(words: str, layout: Any) -> None:
    fields = []
    offset = 0
    for field in dataclasses.fields(layout):
        size = field.metadata["subcon"].sizeof()
        fields.append((offset, size, field.name))
        offset += size
    described = [(int(at, 16), int(size), name) for at, size, name in FIELD.findall(after(words))]
    assert described == fields


def test_every_code_of_the_log_is_described() -> None:
    described = re.findall(r"^\| ([0-9A-F]{4}) \| ([a-z ]+) \|", PAGE, re.MULTILINE)
    assert described == [
        (f"{event:04X}", event.name.lower().replace("_", " ")) for event in CardEvent
    ]


def test_every_card_on_which_something_went_wrong_is_described() -> None:
    table = PAGE.split("## Cards on which something went wrong", 1)[1]
    assert re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE) == list(M100_FIXTURES)


def test_the_samples_that_the_page_names_exist() -> None:
    named = set(re.findall(r"m100-[a-z0-9-]+", PAGE)) - {"m100-card", "m100-card-1"}
    assert named == {name for name in SAMPLES if name.startswith("m100-")}
