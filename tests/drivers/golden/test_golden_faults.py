"""The golden sessions of every documented fault end in what its documentation names."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulators.bench.fault_kinds import FaultKind, Outcome, Simulator
from simulators.bench.fault_list import FAULTS
from simulators.golden.faulty_evening import DRIVERS

if TYPE_CHECKING:
    from tests.drivers.golden.conftest import TellEvening, Told

FOLDER = Path(__file__).parents[1] / "golden_sessions"
STRUCK = [(kind, simulator) for kind in FAULTS.values() for simulator in kind.simulators]
STRUCK_IDS = [f"{kind.name}-{simulator}" for kind, simulator in STRUCK]


@pytest.mark.parametrize(("kind", "simulator"), STRUCK, ids=STRUCK_IDS)
def test_every_fault_of_every_simulator_has_a_session(
    kind: FaultKind, simulator: Simulator
) -> None:
    assert any((FOLDER / f"{driver}.{kind.name}.jsonl").exists() for driver in DRIVERS[simulator])


@pytest.mark.parametrize(("kind", "simulator"), STRUCK, ids=STRUCK_IDS)
def test_the_sessions_of_a_fault_end_in_what_its_documentation_names(
    kind: FaultKind, simulator: Simulator, told_evening: "TellEvening"
) -> None:
    outcomes = told_evening(kind, simulator).outcomes()
    assert set(kind.ends_in) <= outcomes
    assert (Outcome.READY in kind.ends_in) == (Outcome.READY in outcomes)


def test_an_evening_without_a_fault_is_ready_without_a_finding(sound: "Told") -> None:
    assert sound.outcomes() == {Outcome.READY}
