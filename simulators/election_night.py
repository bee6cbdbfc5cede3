"""A whole election night, planned: every tape in the order in which it is printed, and the truth.

Planning is pure: the same definition, seed and faults give the same bytes. `simulators.playing`
prints a plan; `NightPlan.write_tapes` drops it as files.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from election.definition import AssignedDevice, ElectionDefinition, Precinct
from election.documents import DeviceClass, Tape
from parsers.tapes.columns import LINE_END
from simulators.definition_layout import layout_of
from simulators.errors import Refused
from simulators.faults import Faults
from simulators.planned_faults import FaultKind, PlannedFault
from simulators.polling_day import closing_time, tapes_of
from simulators.simulated_votes import CastBallots, cast_ballots
from simulators.tape_printing import print_job, print_tape
from simulators.truth import Truth, count_ballots

CUT_BETWEEN = (0.4, 0.8)
"""Share of its lines after which a results tape runs out of paper: within the contests."""

UNTIL_REPRINT = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class TapeJob:
    """One report as it goes over the print line of a count center."""

    count_center: str
    precinct: str
    """Its id."""
    label: str
    """For people: `PCT 01, M100 204401, results report, copy 2`."""
    tape: Tape
    """What the device had to say, also where the paper ended too early."""
    wire: bytes
    cut: bool = False
    """The paper ends within this report: its end marker never comes."""


@dataclass(frozen=True, slots=True)
class NightPlan:
    """All jobs of a night, in order, and what must come out of it."""

    jobs: tuple[TapeJob, ...]
    remedies: tuple[TapeJob, ...]
    """Reprints that nobody made yet: printing them clears what PAPER_OUT holds up."""
    faults: tuple[PlannedFault, ...]
    truth: Truth
    """Of every precinct, whether or not its faults let it be released."""

    @property
    def count_centers(self) -> tuple[str, ...]:
        """The centers that print, in the order of their first job."""
        return tuple(dict.fromkeys(job.count_center for job in self.jobs))

    @property
    def blocked_precincts(self) -> frozenset[str]:
        """Ids of the precincts that a gateway blocks or holds, so that a person must act."""
        return frozenset(fault.precinct for fault in self.faults if fault.blocks)

    def jobs_of(self, count_center: str) -> tuple[TapeJob, ...]:
        """Return the jobs of one center, in order."""
        return tuple(job for job in self.jobs if job.count_center == count_center)

    def write_tapes(self, folder: Path) -> list[Path]:
        """Write every job as a file into a folder per center below `folder`; return the files."""
        written = []
        for number, job in enumerate(self.jobs, start=1):
            center = folder / job.count_center
            center.mkdir(parents=True, exist_ok=True)
            path = center / f"{number:04}-{_file_name(job)}.tape"
            unfinished = path.with_suffix(".part")  # what a drop folder ignores
            unfinished.write_bytes(job.wire)
            written.append(unfinished.replace(path))
        return written


def plan_night(
    definition: ElectionDefinition, sha256: str, seed: int, faults: Sequence[PlannedFault] = ()
) -> NightPlan:
    """Return the night of every device that reports by tapes; `sha256` is that of the file.

    Raises Refused for a fault without its device and for an election without tapes, and
    DefinitionError for an unknown time zone.
    """
    _require_devices(definition, faults)
    precincts = list(definition.precincts)
    Random(f"{seed} arrival").shuffle(precincts)  # noqa: S311  # a rehearsal, no secret
    night = _Night(definition, sha256, seed, closing_time(definition))
    for precinct in precincts:
        for cast in cast_ballots(definition, precinct, seed):
            night.run(cast, [fault for fault in faults if _strikes(fault, precinct, cast.device)])
    if not night.jobs:
        raise Refused("No device of this election reports by tapes: there is nothing to print.")
    return NightPlan(
        tuple(night.jobs),
        tuple(night.remedies),
        tuple(faults),
        count_ballots(definition, night.taken),
    )


class _Night:
    """Grows device by device."""

    def __init__(
        self, definition: ElectionDefinition, sha256: str, seed: int, closing: datetime
    ) -> None:
        self.jobs: list[TapeJob] = []
        self.remedies: list[TapeJob] = []
        self.taken: list[CastBallots] = []
        self._definition = definition
        self._sha256 = sha256
        self._seed = seed
        self._closing = closing

    def run(self, cast: CastBallots, struck: Sequence[PlannedFault]) -> None:
        """Let the device of `cast` have its day, with the faults that strike it."""
        self.taken.append(cast)
        kinds = {fault.kind for fault in struck}
        dice = Random(f"{self._seed} {cast.precinct.id} {cast.device.serial}")  # noqa: S311  # no secret
        layout = layout_of(self._definition, self._sha256, cast.precinct)
        faults = Faults(leftover_ballot=FaultKind.ZERO_NOT_ZERO in kinds)
        zero, results = tapes_of(layout, cast, self._closing, dice, faults)
        assert results.printed is not None
        copy = replace(results, copy=2, printed=results.printed + UNTIL_REPRINT)
        self.jobs.append(_job(cast, zero))
        if FaultKind.PAPER_OUT in kinds:
            self.jobs.append(_cut_job(cast, results, dice))
            reprinted = any(fault.reprinted for fault in struck)
            (self.jobs if reprinted else self.remedies).append(_job(cast, copy))
            return
        self.jobs.append(_job(cast, results))
        if FaultKind.PRINTED_TWICE in kinds:
            self.jobs.append(_job(cast, copy))


def _require_devices(definition: ElectionDefinition, faults: Sequence[PlannedFault]) -> None:
    devices = [
        (precinct, device)
        for precinct in definition.precincts
        for device in precinct.devices
        if device.prints_tapes
    ]
    for fault in faults:
        if not any(_strikes(fault, *place) for place in devices):
            raise Refused(
                f"No {fault.device_class} prints tapes in {fault.precinct!r}, so it cannot have "
                f"the fault {fault.kind}. Name another precinct or device."
            )


def _strikes(fault: PlannedFault, precinct: Precinct, device: AssignedDevice) -> bool:
    return (fault.precinct, fault.device_class) == (precinct.id, device.device_class)


def _job(cast: CastBallots, tape: Tape) -> TapeJob:
    return TapeJob(
        cast.precinct.count_center, cast.precinct.id, _label(tape), tape, print_tape(tape)
    )


def _cut_job(cast: CastBallots, tape: Tape, dice: Random) -> TapeJob:
    lines = print_tape(tape).count(LINE_END)
    last = round(lines * dice.uniform(*CUT_BETWEEN))
    return replace(
        _job(cast, tape),
        label=f"{_label(tape)} (paper out)",
        wire=print_job(tape, Faults(paper_out_after_line=last)),
        cut=True,
    )


def _label(tape: Tape) -> str:
    unit = "M100" if tape.device_class is DeviceClass.M100 else "iVotronic PEB"
    copy = f", copy {tape.copy}" if tape.copy > 1 else ""
    return f"{tape.precinct_name}, {unit} {tape.unit}, {tape.kind} report{copy}"


def _file_name(job: TapeJob) -> str:
    tape = job.tape
    cut = "-cut" if job.cut else ""
    return f"{tape.device_class}-{tape.unit}-{tape.kind}-{tape.copy}{cut}"
