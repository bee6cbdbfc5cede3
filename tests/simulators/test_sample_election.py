"""The sample definition against the state's own guide, where the reference is present."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from election.definition import ElectionDefinition, Mode
from election.definition_file import definition_bytes, load_definition
from election.documents import DeviceClass
from simulators.sample import sample_definition_bytes

REFERENCE = Path(os.environ.get("ZT_REFERENCE", Path(__file__).parents[3] / "shared" / "reference"))
OURS = ("lewis-and-clark", "judith-basin")


@pytest.fixture(scope="module")
def sample() -> ElectionDefinition:
    return load_definition(sample_definition_bytes(), "the sample").definition


@pytest.fixture(scope="module")
def guide() -> Any:
    path = REFERENCE / "seed-election.json"
    if not path.exists():
        pytest.skip("seed-election.json is not on this machine; set ZT_REFERENCE")
    return json.loads(path.read_text())


def test_the_file_is_in_the_form_that_zerotape_writes(sample: ElectionDefinition) -> None:
    assert definition_bytes(sample) == sample_definition_bytes()


def test_it_can_never_count_in_official_mode(sample: ElectionDefinition) -> None:
    assert sample.mode is Mode.TEST


def test_precincts_are_named_and_registered_as_in_the_guide(
    sample: ElectionDefinition, guide: Any
) -> None:
    printed = [
        (county["id"], precinct["id"], precinct["name"], precinct["registered_voters"])
        for county in guide["counties"]
        if county["id"] in OURS
        for precinct in county["precincts"]
    ]
    assert [(p.county, p.id, p.name, p.registered_voters) for p in sample.precincts] == printed


def test_registered_voters_add_up_to_the_figures_of_the_guide(sample: ElectionDefinition) -> None:
    registered = dict.fromkeys(OURS, 0)
    for precinct in sample.precincts:
        registered[precinct.county] += precinct.registered_voters or 0
    assert registered == {"lewis-and-clark": 23_002, "judith-basin": 1_388}


def test_contests_are_those_of_the_guide_that_have_choices_in_the_two_counties(
    sample: ElectionDefinition, guide: Any
) -> None:
    printed = {
        (contest["title"], contest["party"] or ""): [
            (choice["name"], choice["party"])
            for choice in contest["choices"]
            if choice["kind"] != "write-in"
        ]
        for contest in guide["contests"]
        if contest["usable"] and {"*", *OURS} & set(contest["counties"])
    }
    ours = {
        (contest.title, contest.party): [(c.name, c.party) for c in contest.choices]
        for contest in sample.contests
    }
    assert ours == printed
    assert all(contest.write_in and contest.votes_allowed == 1 for contest in sample.contests)


def test_only_the_precincts_of_a_district_carry_its_contests(sample: ElectionDefinition) -> None:
    senate = [p.name for p in sample.precincts if "sd-35" in p.districts]
    judges = {p.county for p in sample.precincts if "jd-01" in p.districts}
    assert senate == ["PCT 02"]
    assert judges == {"lewis-and-clark"}
    assert len(sample.contests_of["lewis-and-clark.pct-02"]) == 14
    assert len(sample.contests_of["judith-basin.precinct-1"]) == 11


def test_serials_are_unique_and_every_precinct_has_one_scanner(sample: ElectionDefinition) -> None:
    devices = [device for precinct in sample.precincts for device in precinct.devices]
    serials = [
        *(device.serial for device in devices),
        *(terminal for device in devices for terminal in device.terminals),
    ]
    assert len(set(serials)) == len(serials)
    for precinct in sample.precincts:
        classes = [device.device_class for device in precinct.devices]
        assert classes.count(DeviceClass.M100) == 1
    assert sum(device.device_class is DeviceClass.IVOTRONIC for device in devices) == 18
