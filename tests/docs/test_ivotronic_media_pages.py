"""The pages about PEB, flash and CompactFlash card say what the layouts say."""

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from parsers.media.fat import reader, volumes
from parsers.media.flash import card_parser
from parsers.media.flash.event_codes import CODES, COUNTERPARTS, OLD_CODES
from parsers.media.flash.layout import WireCardId, WireExtensionHead, WireIdentity
from parsers.media.peb.layout import WireHeader, WireTerminal, WireWriteIn
from parsers.media.peb.pages import REGIONS
from simulators.media.peb_fixtures import FLASH_FIXTURES, PEB_FIXTURES
from simulators.media.samples import SAMPLES

FORMATS = Path(__file__).parents[2] / "docs/formats"
PEB, FLASH, CARD = (
    (FORMATS / name).read_text(encoding="utf-8") for name in ("peb.md", "flash.md", "flash-card.md")
)

FIELD = re.compile(r"^\| 0x([0-9A-F]{2}) \| (\d+) \| `(\w+)` \|", re.MULTILINE)


def section(page: str, heading: str) -> str:
    return re.split(r"^## ", page.split(f"\n## {heading}\n", 1)[1], flags=re.MULTILINE)[0]


@pytest.mark.parametrize(
    ("page", "heading", "layout"),
    [
        (PEB, "Header", WireHeader),
        (PEB, "Terminal", WireTerminal),
        (PEB, "Write-in", WireWriteIn),
        (FLASH, "Identity block", WireIdentity),
        (FLASH, "Extension log", WireExtensionHead),
        (CARD, "ZTCF.ID", WireCardId),
    ],
)
def test_every_field_stands_at_its_offset(page: str, heading: str, layout: Any) -> None:
    fields, offset = [], 0
    for field in dataclasses.fields(layout):
        size = field.metadata["subcon"].sizeof()
        fields.append((offset, size, field.name))
        offset += size
    found = FIELD.findall(section(page, heading))
    assert [(int(at, 16), int(size), name) for at, size, name in found] == fields


def test_every_region_of_a_peb_is_described() -> None:
    rows = re.findall(r"^\| (\d+)(?: to (\d+))? \| (\d) \|", section(PEB, "Image"), re.MULTILINE)
    assert [(int(kind), int(first), int(last or first)) for first, last, kind in rows] == [
        (region.kind, region.first, region.first + region.pages - 1) for region in REGIONS
    ]


def test_every_event_code_is_described() -> None:
    new = re.findall(r"^\| (\d{7}) \| (.+) \|$", FLASH, re.MULTILINE)
    assert new == list(CODES.items())
    old = re.findall(r"^\| (\d\d) \| (.+) \| (.+) \|$", FLASH, re.MULTILINE)
    assert old == [
        (f"{code:02}", text, ", ".join(COUNTERPARTS.get(code, ())) or "-")
        for code, text in OLD_CODES.items()
    ]


@pytest.mark.parametrize(
    ("page", "heading", "fixtures"),
    [
        (PEB, "PEBs on which something went wrong", PEB_FIXTURES),
        (FLASH, "Flash on which something went wrong", FLASH_FIXTURES),
    ],
)
def test_every_medium_on_which_something_went_wrong_is_described(
    page: str, heading: str, fixtures: Any
) -> None:
    named = re.findall(r"^\| `([\w-]+)` \|", section(page, heading), re.MULTILINE)
    assert named == list(fixtures)


def test_every_bound_of_a_file_system_is_described() -> None:
    described = section(CARD, "File system")
    for bound in (
        reader.MOST_ENTRIES,
        reader.MOST_DEPTH,
        reader.MOST_FOLDER_BYTES,
        card_parser.MOST_TERMINALS,
        volumes.MOST_FAT12,
        volumes.MOST_FAT16,
    ):
        assert f"{bound:,}" in described
    types = re.search(r"types ([0-9A-F, \n]+)\)", described)
    assert types
    assert {int(kind, 16) for kind in types[1].split(",")} == volumes.FAT_TYPES


def test_the_samples_that_the_pages_name_exist() -> None:
    named = set(re.findall(r"(?:sample |`)((?:peb|flash|cf)-[a-z0-9]+)", PEB + FLASH + CARD))
    ours = {name for name in SAMPLES if not name.startswith("m100-")}
    assert named - {"peb-left", "flash-card"} == ours


@pytest.mark.parametrize("page", [PEB, FLASH, CARD])
def test_every_page_says_that_the_profile_is_not_the_vendors(page: str) -> None:
    assert "**PROJECT PROFILE - NOT THE VENDOR FORMAT" in page.split("\n")[2]
