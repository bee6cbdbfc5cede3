"""C01, C03, C24, C36, C37, C64: whether the material belongs here."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from election.definition import Mode
from election.definition_file import LoadedDefinition
from election.documents import ReportKind, Tape, TapeContest, VoteImageCount, VoteImagePrecinct
from gateway.checks.identity import mode_lock
from gateway.decision import decide
from gateway.packets import Decision, History, Packet

Verdicts = Callable[[Packet], set[tuple[str, str]]]
Build = Callable[..., Packet]
TapeBuild = Callable[..., Tape]
Redefine = Callable[..., LoadedDefinition]


def with_first_contest(tape: Tape, **changes: object) -> Tape:
    first, *others = tape.contests
    return replace(tape, contests=(replace(first, **changes), *others))  # type: ignore[arg-type]  # names of fields


@pytest.fixture
def hillside(packet: Build, tape: TapeBuild) -> Callable[[Tape], Packet]:
    """Return a packet of Hillside with a sound zero tape and the given results tape."""
    return lambda results: packet("hillside", tape("204418", ReportKind.ZERO), results)


def test_material_in_order_gives_no_finding(
    packet: Build, riverside: tuple[Tape, ...], lakeside: VoteImagePrecinct, verdicts: Verdicts
) -> None:
    assert verdicts(packet("riverside", *riverside)) == set()
    assert verdicts(packet("lakeside", lakeside)) == set()


def test_another_election_blocks(
    hillside: Callable[[Tape], Packet], tape: TapeBuild, verdicts: Verdicts
) -> None:
    stray = replace(tape("204418", ballots=5), election="40110210")
    assert ("C01", "block") in verdicts(hillside(stray))


@pytest.mark.parametrize("name", ["HILLSIDE", "Hillside", " HILLSIDE  "])
def test_spelling_of_the_precinct_does_not_matter(
    hillside: Callable[[Tape], Packet], tape: TapeBuild, verdicts: Verdicts, name: str
) -> None:
    assert verdicts(hillside(replace(tape("204418", ballots=5), precinct_name=name))) == set()


def test_accents_that_no_device_can_print_do_not_matter(
    hillside: Callable[[Tape], Packet],
    tape: TapeBuild,
    loaded: LoadedDefinition,
    redefined: Redefine,
) -> None:
    governor, *others = loaded.definition.contests
    ada, *choices = governor.choices
    accented = governor.model_copy(
        update={
            "title": "G\u00d3VERN\u00d6R",
            "choices": (ada.model_copy(update={"name": "AD\u00c1 \u00c1LVAREZ"}), *choices),
        }
    )
    precincts = [
        each.model_copy(update={"name": "HILLS\u00cdDE"}) if each.id == "hillside" else each
        for each in loaded.definition.precincts
    ]
    changed = redefined(contests=(accented, *others), precincts=tuple(precincts))
    printed = hillside(tape("204418", ballots=5))
    assert decide(printed, changed, History({})).findings == ()


def test_another_name_of_the_precinct_blocks(
    hillside: Callable[[Tape], Packet], tape: TapeBuild, verdicts: Verdicts
) -> None:
    stray = replace(tape("204418", ballots=5), precinct_name="HILLTOP")
    assert verdicts(hillside(stray)) == {("C36", "block")}


def test_a_listing_of_another_precinct_name_blocks(
    packet: Build, lakeside: VoteImagePrecinct, verdicts: Verdicts
) -> None:
    assert verdicts(packet("lakeside", replace(lakeside, name="SEASIDE"))) == {("C36", "block")}
    assert verdicts(packet("lakeside", replace(lakeside, name=""))) == set()


def test_a_unit_that_is_not_assigned_blocks(
    packet: Build, tape: TapeBuild, decided: Callable[[Packet], Decision]
) -> None:
    stray = replace(tape("204418", ballots=5), unit="204499")
    (finding,) = decided(packet("hillside", stray)).findings
    assert (finding.check, finding.severity) == ("C24", "block")
    assert "M100 204499" in finding.message


def test_a_phantom_terminal_on_a_tape_blocks(
    packet: Build, riverside: tuple[Tape, ...], decided: Callable[[Packet], Decision]
) -> None:
    """Miami-Dade 2003: a phantom serial carried the count of a missing machine."""
    *others, results = riverside
    first, second = results.terminals
    stray = replace(results, terminals=(first, replace(second, serial="5199999")))
    findings = {f.check: f for f in decided(packet("riverside", *others, stray)).findings}
    assert "Terminal 5199999" in findings["C24"].message
    assert "5199902" in findings["C23"].message
    assert findings["C24"].severity == findings["C23"].severity == "block"


def test_a_phantom_terminal_in_a_listing_blocks(
    packet: Build, lakeside: VoteImagePrecinct, verdicts: Verdicts
) -> None:
    stray = replace(lakeside.terminals[1], serial="5199999")
    listing = replace(lakeside, terminals=(*lakeside.terminals, stray), trailer=None)
    assert verdicts(packet("lakeside", listing)) == {("C24", "block"), ("C31", "warn")}


def test_a_test_tape_never_counts_in_official_mode(
    hillside: Callable[[Tape], Packet], tape: TapeBuild, verdicts: Verdicts
) -> None:
    said = verdicts(hillside(replace(tape("204418", ballots=5), test=True)))
    assert said == {("C37", "block"), ("C63", "block")}


@pytest.mark.parametrize(("test", "findings"), [(True, 0), (False, 1)])
def test_only_test_tapes_count_in_test_mode(
    packet: Build,
    tape: TapeBuild,
    redefined: Redefine,
    test: bool,
    findings: int,
) -> None:
    in_test_mode = redefined(mode=Mode.TEST)
    material = packet("hillside", replace(tape("204418", ballots=5), test=test))
    assert len([*mode_lock(material, in_test_mode, History({}))]) == findings


@pytest.mark.parametrize(
    "change", [{"definition_digits": "0000000000000000"}, {"definition_version": 0}]
)
def test_another_definition_blocks(
    hillside: Callable[[Tape], Packet],
    tape: TapeBuild,
    verdicts: Verdicts,
    change: dict[str, object],
) -> None:
    """Antrim 2020: totals under the wrong names."""
    stray = replace(tape("204418", ballots=5), **change)  # type: ignore[arg-type]  # names of fields
    assert verdicts(hillside(stray)) == {("C64", "block"), ("C12", "block")}


@pytest.mark.parametrize(
    "change",
    [
        {"title": "GOVERNESS"},
        {"votes_allowed": 2},
        {"write_ins": None},
        {"choices": ()},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_contest_unlike_the_definition_blocks(
    hillside: Callable[[Tape], Packet],
    tape: TapeBuild,
    verdicts: Verdicts,
    change: dict[str, object],
) -> None:
    stray = with_first_contest(tape("204418", ballots=5), **change)
    assert ("C03", "block") in verdicts(hillside(stray))


def test_two_choices_that_changed_places_block(
    hillside: Callable[[Tape], Packet], tape: TapeBuild, verdicts: Verdicts
) -> None:
    results = tape("204418", ballots=5)
    one, two, three = results.contests[0].choices
    swapped = (replace(one, choice=2), replace(two, choice=1), three)
    assert verdicts(hillside(with_first_contest(results, choices=swapped))) == {("C03", "block")}


@pytest.mark.parametrize("change", ["missing", "extra"])
def test_a_missing_or_extra_contest_blocks(
    hillside: Callable[[Tape], Packet],
    tape: TapeBuild,
    decided: Callable[[Packet], Decision],
    change: str,
) -> None:
    """Faulkner 2008: "not enough candidates and contests" was ignored."""
    results = tape("204418", ballots=5)
    extra: TapeContest = tape("204417", ballots=5).contests[2]
    contests = results.contests[1:] if change == "missing" else (*results.contests, extra)
    (finding,) = decided(hillside(replace(results, contests=contests))).findings
    assert (finding.check, finding.severity) == ("C03", "block")
    expected = "0101 is missing" if change == "missing" else "0103 is not on this ballot"
    assert finding.evidence == expected


def test_names_longer_than_the_paper_are_compared_as_the_paper_cuts_them(
    packet: Build, tape: TapeBuild, loaded: LoadedDefinition, redefined: Redefine
) -> None:
    governor, *others = loaded.definition.contests
    ada, *rest = governor.choices
    long_choice = ada.model_copy(update={"name": "ADA BARTHOLOMEA CORNELIA ALVAREZ"})
    long_contest = governor.model_copy(
        update={
            "title": "GOVERNOR AND LIEUTENANT GOVERNOR OF THE STATE",
            "choices": (long_choice, *rest),
        }
    )
    longer = redefined(contests=(long_contest, *others))

    def printed(kind: ReportKind, ballots: int) -> Tape:
        made = tape("204418", kind, ballots)
        first = made.contests[0]
        choices = (replace(first.choices[0], name="ADA BARTHOLOMEA CORNELIA"), *first.choices[1:])
        title = "GOVERNOR AND LIEUTENANT GOVERNOR OF"
        return with_first_contest(made, title=title, choices=choices)

    material = packet("hillside", printed(ReportKind.ZERO, 0), printed(ReportKind.RESULTS, 5))
    assert decide(material, longer, History({})).findings == ()


@pytest.mark.parametrize(
    "unknown",
    [
        VoteImageCount(1, "DOG CATCHER", "ADA ALVAREZ", write_in=False, votes=1),
        VoteImageCount(1, "GOVERNOR", "ADA ALVAREZ\u00a0", write_in=False, votes=1),
        VoteImageCount(6, "JUSTICE OF THE PEACE DISTRICT 4", "", write_in=True, votes=1),
    ],
    ids=["contest", "choice", "write-in where none is allowed"],
)
def test_a_name_in_a_listing_that_the_definition_lacks_blocks(
    packet: Build, lakeside: VoteImagePrecinct, verdicts: Verdicts, unknown: VoteImageCount
) -> None:
    first, second = lakeside.terminals
    listing = replace(lakeside, terminals=(first, replace(second, counts=(unknown,))), trailer=None)
    assert verdicts(packet("lakeside", listing)) == {("C03", "block"), ("C31", "warn")}
