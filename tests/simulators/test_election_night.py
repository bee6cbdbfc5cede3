"""A planned night: reproducible, true to the rules of an election, and faulty only as asked."""

from collections import Counter
from dataclasses import replace

import pytest

from election.definition import ElectionDefinition, ReportedBy
from election.definition_file import LoadedDefinition, load_definition
from election.documents import DeviceClass, ReportKind, Tape
from election.errors import DefinitionError
from parsers.tapes import ivotronic, m100
from simulators.election_night import NightPlan, TapeJob, plan_night
from simulators.errors import Refused
from simulators.planned_faults import FaultKind, PlannedFault, demo_faults
from simulators.sample import sample_definition_bytes
from simulators.truth import Cell, Counted, Source

PARSERS = {DeviceClass.M100: m100.PARSER, DeviceClass.IVOTRONIC: ivotronic.PARSER}
SEED = 7


@pytest.fixture(scope="module")
def loaded() -> LoadedDefinition:
    return load_definition(sample_definition_bytes(), "the sample")


def changed(definition: ElectionDefinition, **update: object) -> ElectionDefinition:
    """Return `definition` with some fields replaced, validated anew."""
    return ElectionDefinition.model_validate_json(
        definition.model_copy(update=update).model_dump_json()
    )


@pytest.fixture(scope="module")
def small(loaded: LoadedDefinition) -> ElectionDefinition:
    """Return the sample with four precincts."""
    return changed(loaded.definition, precincts=loaded.definition.precincts[4:8])


@pytest.fixture(scope="module")
def sound(loaded: LoadedDefinition) -> NightPlan:
    """Return a night without a fault."""
    return plan_night(loaded.definition, loaded.sha256, SEED)


@pytest.fixture(scope="module")
def faulty(loaded: LoadedDefinition) -> NightPlan:
    """Return the night with the three faults of the demonstration."""
    faults = demo_faults(loaded.definition, SEED)
    return plan_night(loaded.definition, loaded.sha256, SEED, faults)


def read(job: TapeJob) -> Tape:
    document = PARSERS[job.tape.device_class].parse(job.wire)
    assert isinstance(document, Tape)
    return document


def numbers_on(job: TapeJob, definition: ElectionDefinition) -> dict[Cell, int]:
    """Return what a person would copy from the tape."""
    tape = read(job)
    precinct = definition.precinct_by_number[tape.precinct]
    source = Source(precinct.id, "election-day", tape.device_class)
    found: dict[Cell, int] = {}
    for contest in tape.contests:
        found[Cell(source, contest.contest, Counted.BALLOTS)] = contest.ballots
        found[Cell(source, contest.contest, Counted.UNDERVOTES)] = contest.undervotes
        if contest.write_ins is not None:
            found[Cell(source, contest.contest, Counted.WRITE_INS)] = contest.write_ins
        if contest.overvotes is not None:
            found[Cell(source, contest.contest, Counted.OVERVOTES)] = contest.overvotes
        for choice in contest.choices:
            found[Cell(source, contest.contest, Counted.CHOICE, choice.choice)] = choice.votes
    return found


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    loaded: LoadedDefinition, small: ElectionDefinition
) -> None:
    one, again, other = (plan_night(small, loaded.sha256, seed) for seed in (SEED, SEED, 8))
    assert again == one
    assert other.truth != one.truth


def test_a_precinct_less_changes_no_vote_elsewhere(
    loaded: LoadedDefinition, small: ElectionDefinition, sound: NightPlan
) -> None:
    alone = plan_night(small, loaded.sha256, SEED).truth
    ids = {precinct.id for precinct in small.precincts}
    assert alone.cells == {
        cell: n for cell, n in sound.truth.cells.items() if cell.source.precinct in ids
    }


def test_a_fault_changes_no_vote(sound: NightPlan, faulty: NightPlan) -> None:
    assert faulty.truth == sound.truth


def test_every_number_of_the_tapes_is_the_truth(loaded: LoadedDefinition, sound: NightPlan) -> None:
    printed: dict[Cell, int] = {}
    for job in sound.jobs:
        if job.tape.kind is ReportKind.RESULTS:
            printed |= numbers_on(job, loaded.definition)
    assert printed == sound.truth.cells


def test_every_device_prints_one_zero_tape_and_one_results_tape(
    loaded: LoadedDefinition, sound: NightPlan
) -> None:
    expected = Counter(
        (device.device_class, device.serial, kind)
        for precinct in loaded.definition.precincts
        for device in precinct.devices
        for kind in ReportKind
    )
    assert Counter((j.tape.device_class, j.tape.unit, j.tape.kind) for j in sound.jobs) == expected


def test_tapes_are_sound_and_say_where_they_are_from(
    loaded: LoadedDefinition, sound: NightPlan
) -> None:
    for job in sound.jobs:
        tape = read(job)
        precinct = loaded.definition.precinct_by_id[job.precinct]
        assert (tape.damage, tape.truncated, tape.notes) == ((), False, ())
        assert (tape.election, tape.test) == ("27060716", True)
        assert tape.definition_digits == loaded.device_digits
        assert (tape.precinct, tape.precinct_name) == (precinct.number, precinct.name)
        assert job.count_center == precinct.count_center


def test_zero_tapes_are_zero_and_printed_before_the_polls_open(sound: NightPlan) -> None:
    for job in sound.jobs:
        if job.tape.kind is ReportKind.ZERO:
            tape = read(job)
            counts = [n for c in tape.contests for n in (c.ballots, c.total, c.undervotes)]
            assert tape.ballots == 0
            assert set(counts) == {0}
            assert tape.printed is not None
            assert f"{tape.printed:%m/%d/%Y}" == "06/07/2016"
            assert tape.printed.hour < 7


def test_results_are_printed_after_the_polls_close_at_eight(sound: NightPlan) -> None:
    for job in sound.jobs:
        if job.tape.kind is ReportKind.RESULTS:
            printed = read(job).printed
            assert printed is not None
            assert (printed.day, printed.hour) == (7, 20)


def test_no_more_people_vote_than_are_registered(
    loaded: LoadedDefinition, sound: NightPlan
) -> None:
    voted: Counter[str] = Counter()
    for source, ballots in sound.truth.ballots.items():
        voted[source.precinct] += ballots
    assert voted.keys() == loaded.definition.precinct_by_id.keys()
    for precinct, ballots in voted.items():
        assert 0 < ballots <= (loaded.definition.precinct_by_id[precinct].registered_voters or 0)


def test_in_a_primary_a_ballot_carries_one_party_and_the_nonpartisan_contests(
    loaded: LoadedDefinition, sound: NightPlan
) -> None:
    cells = sound.truth.cells
    for source, ballots in sound.truth.ballots.items():
        democratic, republican, nonpartisan = (
            cells[Cell(source, contest, Counted.BALLOTS)] for contest in (101, 201, 301)
        )
        assert democratic + republican == nonpartisan == ballots
        if ballots > 50:
            assert 0 < democratic < ballots


def test_everything_that_voters_do_happens(sound: NightPlan) -> None:
    totals: Counter[Counted] = Counter()
    for cell, number in sound.truth.cells.items():
        totals[cell.counted] += number
    assert all(totals[counted] > 0 for counted in Counted)
    terminals = {c.counted for c in sound.truth.cells if c.source.device_class != "m100"}
    assert Counted.OVERVOTES not in terminals
    blank = [job.tape.blank_ballots or 0 for job in sound.jobs]
    assert sum(blank) > 0


def test_write_ins_of_terminals_have_names(sound: NightPlan) -> None:
    tapes = [job.tape for job in sound.jobs if job.tape.device_class is DeviceClass.IVOTRONIC]
    named = sum(name.votes for tape in tapes for name in tape.write_in_names)
    counted = sum(contest.write_ins or 0 for tape in tapes for contest in tape.contests)
    assert named == counted > 0


def test_contests_with_several_votes_add_up(
    loaded: LoadedDefinition, small: ElectionDefinition
) -> None:
    contests = tuple(
        contest.model_copy(update={"votes_allowed": 2}) if contest.id == 302 else contest
        for contest in small.contests
    )
    plan = plan_night(changed(small, contests=contests), loaded.sha256, SEED)
    for source in plan.truth.ballots:
        votes: Counter[Counted] = Counter()
        for cell, number in plan.truth.cells.items():
            if (cell.source, cell.contest) == (source, 302):
                votes[cell.counted] += number
        ballots = votes.pop(Counted.BALLOTS)
        assert votes.total() == 2 * ballots > 0


def test_demo_faults_are_one_of_each_kind_in_different_precincts(faulty: NightPlan) -> None:
    assert [fault.kind for fault in faulty.faults] == list(FaultKind)
    assert len({fault.precinct for fault in faulty.faults}) == 3
    assert faulty.blocked_precincts == {fault.precinct for fault in faulty.faults[:2]}


def test_a_zero_tape_that_is_not_zero_shows_one_ballot(faulty: NightPlan) -> None:
    not_zero = [
        job for job in faulty.jobs if job.tape.kind is ReportKind.ZERO and read(job).ballots
    ]
    assert [(job.precinct, job.tape.ballots) for job in not_zero] == [
        (faulty.faults[0].precinct, 1)
    ]


def test_paper_out_cuts_the_tape_within_its_contests(faulty: NightPlan) -> None:
    (job,) = [job for job in faulty.jobs if job.cut]
    tape = read(job)
    assert job.precinct == faulty.faults[1].precinct
    assert tape.truncated
    assert 0 < len(tape.contests) < len(job.tape.contests)
    (reprint,) = faulty.remedies
    whole = read(reprint)
    assert (whole.truncated, whole.copy) == (False, 2)
    assert whole.contests == job.tape.contests


def test_a_reprint_follows_the_cut_tape_when_somebody_notices(
    loaded: LoadedDefinition, small: ElectionDefinition
) -> None:
    place = "lewis-and-clark.pct-08"
    fault = PlannedFault(FaultKind.PAPER_OUT, place, DeviceClass.IVOTRONIC, reprinted=True)
    plan = plan_night(small, loaded.sha256, SEED, [fault])
    own = [job for job in plan.jobs if job.precinct == place]
    assert [(j.tape.unit, j.tape.kind, j.tape.copy, j.cut) for j in own[-3:]] == [
        ("299108", "zero", 1, False),
        ("299108", "results", 1, True),
        ("299108", "results", 2, False),
    ]
    assert (plan.remedies, plan.blocked_precincts) == ((), frozenset())


def test_a_tape_printed_twice_differs_only_in_copy_and_time(faulty: NightPlan) -> None:
    place = faulty.faults[2].precinct
    first, second = (
        read(job)
        for job in faulty.jobs
        if (job.precinct, job.tape.kind, job.tape.device_class) == (place, "results", "m100")
    )
    assert (first.copy, second.copy) == (1, 2)
    assert replace(second, copy=1, printed=first.printed) == first


@pytest.mark.parametrize(
    "fault",
    [
        PlannedFault(FaultKind.PRINTED_TWICE, "nowhere"),
        PlannedFault(FaultKind.PRINTED_TWICE, "lewis-and-clark.pct-12", DeviceClass.IVOTRONIC),
    ],
)
def test_a_fault_without_its_device_is_refused(
    loaded: LoadedDefinition, fault: PlannedFault
) -> None:
    with pytest.raises(Refused, match=fault.precinct):
        plan_night(loaded.definition, loaded.sha256, SEED, [fault])


def test_devices_that_report_by_listing_print_nothing(loaded: LoadedDefinition) -> None:
    precincts = tuple(
        precinct.model_copy(
            update={
                "devices": tuple(
                    device.model_copy(update={"reported_by": ReportedBy.VOTE_IMAGE_LOG})
                    for device in precinct.devices
                )
            }
        )
        for precinct in loaded.definition.precincts
    )
    definition = loaded.definition.model_copy(update={"precincts": precincts})
    assert demo_faults(definition, SEED) == ()
    with pytest.raises(Refused, match="nothing to print"):
        plan_night(definition, loaded.sha256, SEED)


def test_an_unknown_time_zone_is_a_wrong_definition(loaded: LoadedDefinition) -> None:
    definition = loaded.definition.model_copy(update={"time_zone": "Mars/Olympus"})
    with pytest.raises(DefinitionError, match="Mars/Olympus"):
        plan_night(definition, loaded.sha256, SEED)
