"""Counting groups that come from a totals listing: what a definition must not say of them."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from election.definition import ElectionDefinition
from election.definition_file import load_definition
from election.errors import DefinitionError
from simulators.small_election import small_election

ERM = {
    "device_class": "erm",
    "serial": "ERM-1",
    "counting_group": "election-day",
    "reported_by": "totals-listing",
}
M100 = {"device_class": "m100", "serial": "204417", "counting_group": "election-day"}
IMAGED = {
    "device_class": "ivotronic",
    "serial": "5120001",
    "counting_group": "early",
    "reported_by": "vote-image-log",
}
GROUPS = [
    {"id": "election-day", "name": "Election day", "listing_column": 1, "listing_heading": "DAY"},
    {"id": "early", "name": "Early", "listing_column": 2},
]


@pytest.fixture
def defined() -> Callable[..., ElectionDefinition]:
    """Return a definition of one precinct with these devices and counting groups."""

    def build(*devices: dict[str, Any], groups: list[dict[str, Any]]) -> ElectionDefinition:
        plain = json.loads(small_election(1, ["north"]).model_dump_json())
        plain["precincts"][0]["devices"] = devices
        plain["counting_groups"] = groups
        return load_definition(json.dumps(plain).encode(), "definition").definition

    return build


def test_a_group_may_come_from_a_column(defined: Callable[..., ElectionDefinition]) -> None:
    other = {**ERM, "serial": "ERM-2", "counting_group": "early"}
    assert len(defined(ERM, other, groups=GROUPS).precincts[0].devices) == 2


def test_the_only_group_needs_no_column(defined: Callable[..., ElectionDefinition]) -> None:
    only = [{"id": "election-day", "name": "All"}]
    assert defined(ERM, groups=only).counting_groups[0].listing_column is None


@pytest.mark.parametrize(
    ("devices", "groups", "problem"),
    [
        ((ERM, M100), GROUPS, "no other device may stand beside it"),
        ((ERM, {**ERM, "serial": "ERM-9"}), GROUPS, "no other device may stand beside it"),
        ((ERM,), [{**GROUPS[0], "listing_column": None}, GROUPS[1]], "has no listing_column"),
        ((ERM,), [GROUPS[0], {**GROUPS[1], "listing_column": 1}], "listing column 1 occurs 2"),
        (({**M100, "reported_by": "totals-listing"},), GROUPS, "cannot report by totals-listing"),
        (
            ({**ERM, "terminals": ["5120001"]}, IMAGED),
            GROUPS,
            "terminal '5120001' holds its votes; it cannot report by itself",
        ),
        (({**ERM, "reported_by": "tapes"},), GROUPS, "cannot report by tapes"),
        ((ERM,), [{**GROUPS[0], "listing_column": 0}, GROUPS[1]], "greater than or equal to 1"),
    ],
)
def test_what_would_double_or_misplace_votes_is_refused(
    defined: Callable[..., ElectionDefinition],
    devices: tuple[dict[str, Any], ...],
    groups: list[dict[str, Any]],
    problem: str,
) -> None:
    with pytest.raises(DefinitionError, match=problem):
        defined(*devices, groups=groups)


def test_the_mapping_in_the_documentation_is_one_that_a_definition_takes(
    defined: Callable[..., ElectionDefinition],
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "formats" / "definition.md").read_text()
    mapping = dict(
        item
        for block in re.findall(r"^```json\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
        for item in json.loads(block).items()
    )
    definition = defined(*mapping["devices"], groups=mapping["counting_groups"])
    columns = {group.id: group.listing_column for group in definition.counting_groups}
    assert columns == {"election-day": 1, "absentee": 2, "provisional": 3}
