"""`zerotape demo --exit`: the three planted faults end as they should, and every total is equal."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("demo")  # one run of it serves all tests here


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty folder in which the demo makes its temporary one."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def shown(places: Path) -> str:
    """Run the demo once; return what it printed, on one line."""
    done = subprocess.run(
        [sys.executable, "-m", "zerotape", "demo", "--exit"],
        env={**os.environ, "TMPDIR": str(places)},
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return " ".join(done.stdout.split())


def fault(shown: str, words: str) -> re.Match[str]:
    """Return how the fault named with `words` ended: precinct, state and remark."""
    found = re.search(
        rf"- (?P<precinct>[A-Z0-9 ]+), [^:]*{words}[^:]*: (?P<state>\w+)\. (?P<remark>.*?)"
        r"(?= - |\d+ of \d+ precincts)",
        shown,
    )
    assert found, f"{words!r} is not told: {shown}"
    return found


def test_a_machine_whose_zero_tape_was_not_zero_stays_blocked(shown: str) -> None:
    told = fault(shown, "not zero")
    assert told["state"] == "blocked"
    assert re.search(r"zero tape of .* is not zero", told["remark"])


def test_a_tape_that_ran_out_of_paper_was_printed_again_and_confirmed(shown: str) -> None:
    told = fault(shown, "cut off, and printed again")
    assert told["state"] == "confirmed"
    assert "is cut off" in told["remark"]


def test_a_tape_that_was_printed_twice_counts_once(shown: str) -> None:
    told = fault(shown, "printed twice")
    assert told["state"] == "confirmed"
    assert "It counts once" in told["remark"]


def test_all_other_precincts_are_confirmed_and_every_total_is_equal(shown: str) -> None:
    assert "21 of 22 precincts are confirmed." in shown
    compared = re.search(
        r"(\d+) totals at central compared with the simulated ballots: (\d+) equal\.", shown
    )
    assert compared
    assert compared[1] == compared[2]
    assert int(compared[1]) > 1000


def test_nothing_is_left_behind(shown: str, places: Path) -> None:
    assert shown
    assert list(places.iterdir()) == []


def test_the_tests_of_a_group_are_given_to_one_worker(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("loadgroup", default=False):
        pytest.skip("groups are asked for by --dist loadgroup, as make test does")
    assert request.node.nodeid.endswith("@demo"), "this pytest-xdist ignores xdist_group"
