"""Definitions: every problem is named at once, and the hash is that of the file's bytes."""

import copy
import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from election.definition_file import MAX_BYTES, definition_bytes, load_definition
from election.errors import DefinitionError

GOOD: dict[str, Any] = {
    "format": "zerotape-definition-1",
    "election": "general-2026",
    "version": 1,
    "mode": "test",
    "title": "General Election",
    "jurisdiction": "Example County",
    "date": "2026-11-03",
    "time_zone": "America/Chicago",
    "polls_close": "2026-11-04T01:30:00Z",
    "device_election": "99110326",
    "parties": [{"code": "DEM", "name": "Democratic"}, {"code": "REP", "name": "Republican"}],
    "counties": [{"id": "example", "name": "Example"}],
    "districts": [{"id": "county", "name": "County"}, {"id": "city", "name": "City"}],
    "counting_groups": [{"id": "election-day", "name": "Election Day"}],
    "count_centers": [{"id": "court-house", "name": "Court House"}],
    "contests": [
        {
            "id": 101,
            "title": "GOVERNOR",
            "district": "county",
            "choices": [{"id": 1, "name": "ADA ALVAREZ", "party": "DEM"}, {"id": 2, "name": "BEN"}],
        },
        {"id": 103, "title": "DIRECTOR", "district": "city", "votes_allowed": 2, "choices": []},
    ],
    "precincts": [
        {
            "id": "example.riverside",
            "number": 21,
            "name": "RIVERSIDE",
            "county": "example",
            "count_center": "court-house",
            "districts": ["city", "county"],
            "registered_voters": 1240,
            "devices": [
                {"device_class": "m100", "serial": "204417", "counting_group": "election-day"}
            ],
        },
        {
            "id": "example.hill",
            "number": 22,
            "name": "HILL",
            "county": "example",
            "count_center": "court-house",
            "districts": ["county"],
            "registered_voters": None,
            "devices": [],
        },
    ],
}


def problems_after(*changes: Callable[[dict[str, Any]], object]) -> list[str]:
    """Return what is wrong with the good definition after `changes`."""
    changed = copy.deepcopy(GOOD)
    for change in changes:
        change(changed)
    with pytest.raises(DefinitionError) as caught:
        load_definition(json.dumps(changed).encode(), "county.json")
    assert "county.json" in str(caught.value)
    assert all(problem in str(caught.value) for problem in caught.value.problems)
    return caught.value.problems


def test_a_good_file_is_read_and_its_hash_is_that_of_its_bytes() -> None:
    content = json.dumps(GOOD).encode()
    loaded = load_definition(content, "good")
    assert loaded.sha256 == sha256(content).hexdigest()
    assert loaded.device_digits == sha256(content).hexdigest()[:16].upper()
    assert load_definition(content + b"\n", "good").sha256 != loaded.sha256
    assert load_definition(content + b"\n", "good").definition == loaded.definition


def test_the_written_form_reads_back_and_ends_its_last_line() -> None:
    definition = load_definition(json.dumps(GOOD).encode(), "good").definition
    written = definition_bytes(definition)
    assert load_definition(written, "written").definition == definition
    assert written.endswith(b"}\n")


def test_contests_follow_districts_in_ballot_order() -> None:
    definition = load_definition(json.dumps(GOOD).encode(), "good").definition
    assert {
        precinct: [contest.id for contest in contests]
        for precinct, contests in definition.contests_of.items()
    } == {"example.riverside": [101, 103], "example.hill": [101]}
    assert definition.precinct_by_number[22].id == "example.hill"
    assert definition.contest_by_id[103].votes_allowed == 2
    assert definition.contest_by_id[101].write_in


@pytest.mark.parametrize(
    "section",
    ["parties", "counties", "districts", "counting_groups", "count_centers", "contests"],
)
def test_everything_that_occurs_twice_is_named(section: str) -> None:
    (problem,) = problems_after(lambda d: d[section].append(copy.deepcopy(d[section][0])))
    assert "occurs 2 times" in problem
    assert str(GOOD[section][0].get("id", GOOD[section][0].get("code"))) in problem


@pytest.mark.parametrize(("key", "value"), [("id", "x.y"), ("number", 99), ("name", "OTHER")])
def test_precincts_are_unique_in_id_number_and_name(key: str, value: object) -> None:
    def add(definition: dict[str, Any]) -> None:
        definition["precincts"].append({**definition["precincts"][0], key: value, "devices": []})

    (problem,) = problems_after(add)
    others = {"id": "precinct 'example.riverside'", "number": "21", "name": "'RIVERSIDE'"}
    assert others.pop(key) not in problem
    assert all(other in problem for other in others.values())


def test_choices_and_devices_are_unique_in_their_place() -> None:
    (problem,) = problems_after(
        lambda d: d["contests"][0]["choices"].append({"id": 2, "name": "CORA"}),
        lambda d: d["contests"][0]["choices"].append({"id": 3, "name": "BEN"}),
        lambda d: d["precincts"][0]["devices"].append(d["precincts"][0]["devices"][0]),
    )
    assert "contest 101: choice 2 occurs 2 times" in problem
    assert "contest 101: choice ('BEN', '') occurs 2 times" in problem
    assert "precinct example.riverside: device" in problem


def test_everything_that_points_nowhere_is_named_at_once() -> None:
    (problem,) = problems_after(
        lambda d: d["contests"][0].update(district="moon"),
        lambda d: d["precincts"][0].update(county="c", count_center="k", districts=["d"]),
        lambda d: d["precincts"][0]["devices"][0].update(counting_group="g"),
    )
    for named in (
        "contest 101: district 'moon'",
        "precinct example.riverside: county 'c'",
        "precinct example.riverside: count center 'k'",
        "precinct example.riverside: district 'd'",
        "precinct example.riverside: counting group 'g'",
    ):
        assert f"{named} is not defined" in problem


def test_every_wrong_field_is_named_with_its_place() -> None:
    problems = problems_after(
        lambda d: d.update(mode="rehearsal", unknown=1),
        lambda d: d["contests"][1].update(votes_allowed=0),
        lambda d: d["precincts"][0]["devices"][0].update(serial="no serial"),
    )
    places = {problem.split(":")[0] for problem in problems}
    assert places == {
        "mode",
        "unknown",
        "contests.1.votes_allowed",
        "precincts.0.devices.0.serial",
    }


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "0000-01-01", "3 November 2026"])
def test_a_day_that_no_calendar_has_is_refused(day: str) -> None:
    (problem,) = problems_after(lambda d: d.update(date=day))
    assert problem.startswith("date:")


@pytest.mark.parametrize("instant", ["2026-11-03T19:30:00-06:00", "2026-11-03T19:30:00"])
def test_instants_are_utc(instant: str) -> None:
    (problem,) = problems_after(lambda d: d.update(polls_close=instant))
    assert problem.startswith("polls_close:")


@pytest.mark.parametrize(
    "name",
    [
        "ADA\u202eZERAVLA",
        "ADA\u2066ALVAREZ",
        "ADA\u200bALVAREZ",
        "ADA\u200fALVAREZ",
        "\ufeffADA",
        "ADA\u2060ALVAREZ",
        "ADA\nALVAREZ",
        "ADA\x00",
        "ADA\ue000",
        "A\u0308DA",
        "",
        "A" * 201,
    ],
)
def test_names_that_could_deceive_are_refused(name: str) -> None:
    (problem,) = problems_after(lambda d: d["contests"][0]["choices"][0].update(name=name))
    assert problem.startswith("contests.0.choices.0.name:")


@pytest.mark.parametrize("name", ["ÄDA ÁLVAREZ", "Thomas Dixon\u00a0\u00a0", "愛", "O'Neil"])
def test_names_of_people_are_accepted(name: str) -> None:
    changed = copy.deepcopy(GOOD)
    changed["contests"][0]["choices"][0]["name"] = name
    definition = load_definition(json.dumps(changed).encode(), "good").definition
    assert definition.contests[0].choices[0].name == name


def test_a_draft_that_is_not_filled_in_never_becomes_official() -> None:
    drafted = copy.deepcopy(GOOD) | {"to_fill_in": ["registered voters"]}
    assert load_definition(json.dumps(drafted).encode(), "draft").definition.to_fill_in
    (problem,) = problems_after(
        lambda d: d.update(mode="official", to_fill_in=["registered voters"])
    )
    assert "still to fill in: registered voters" in problem


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"not json", "line 1"),
        (b"[]", "file:"),
        (b'{"format": 1.5}', "not an integer"),
        (b'{"version": 1, "version": 1}', "twice"),
        (b" " * (MAX_BYTES + 1), "bytes"),
    ],
)
def test_what_is_no_definition_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        load_definition(content, "some file")
