"""Each check on media can fail, and is milder or absent where something sound took its place.

The documents are those of the sample election, changed after they were read: no image has to be
built for what a parser would refuse.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from election.definition import ElectionDefinition
from election.definition_file import LoadedDefinition
from election.findings import Finding
from election.media import FlashCard, FlashEvent, M100Card, Peb, PebState, TerminalFlash
from gateway.packets import Decision, Packet, PacketState
from gateway.placement import place
from gateway.reading import Reading
from parsers.media.m100_card.event_codes import CardEvent
from simulators.media.fixtures import m100_fixture
from simulators.media.peb_fixtures import PEB_FIXTURES

Documents = dict[str, Any]
Checks = set[tuple[str, str]]

NIGHT_BEFORE = datetime(2026, 11, 2, 22)  # noqa: DTZ001  # a device's wall clock
BEFORE_OPENING = datetime(2026, 11, 3, 6)  # noqa: DTZ001  # a device's wall clock
AFTERNOON = datetime(2026, 11, 3, 16)  # noqa: DTZ001  # a device's wall clock
MASTER, VOTERS = "299101", "299102"


def with_event(flash: TerminalFlash, code: str, at: datetime, peb: str) -> TerminalFlash:
    """Return `flash` with one more event where its time belongs."""
    event = FlashEvent(code, "", at, peb, 1)
    before = [each for each in flash.events if each.at and each.at <= at]
    events = (*before, event, *flash.events[len(before) :])
    return replace(flash, events=events)


def test_the_sample_election_is_ready_without_a_finding(
    documents: Documents,
    holding: Callable[[Documents], Packet],
    decision_on: Callable[..., Decision],
) -> None:
    decision = decision_on(holding(documents))
    assert (decision.state, decision.findings, decision.awaited) == (PacketState.READY, (), ())


def change_card(documents: Documents, **changes: Any) -> Documents:
    return {**documents, "card": replace(documents["card"], **changes)}


def change_peb(documents: Documents, **changes: Any) -> Documents:
    return {**documents, "master-peb": replace(documents["master-peb"], **changes)}


def change_flash(documents: Documents, *events: tuple[str, datetime, str]) -> Documents:
    flash = documents["first-flash"]
    for event in events:
        flash = with_event(flash, *event)
    return {**documents, "first-flash": flash}


def logged(documents: Documents, code: CardEvent, **changes: Any) -> Documents:
    """Return `documents` with another record at the end of the card's log."""
    log = documents["card"].log
    last = replace(log[-1], sequence=log[-1].sequence + 1, code=code, **changes)
    return change_card(documents, log=(*log, last))


def first_contest(medium: M100Card | Peb, **changes: Any) -> tuple[Any, ...]:
    return (replace(medium.contests[0], **changes), *medium.contests[1:])


def first_terminal(peb: Peb, **changes: Any) -> tuple[Any, ...]:
    return (replace(peb.terminals[0], **changes), *peb.terminals[1:])


def moved_vote(flash: TerminalFlash, *, to: int) -> TerminalFlash:
    """Return `flash` in which one ballot names candidate `to` in place of candidate 1."""
    votes = dict(flash.votes_by_candidate)
    votes[1] -= 1
    votes[to] = votes.get(to, 0) + 1
    return replace(flash, votes_by_candidate=tuple(sorted(votes.items())))


CHANGES: dict[str, tuple[Callable[[Documents], Documents], Checks]] = {
    "another card than the tapes name": (
        lambda d: change_card(d, card="M100C-0000933"),
        {("C65", "block"), ("C82", "block")},
    ),
    "a copy beside the original": (
        lambda d: {**d, "copy": replace(d["card"], copy=3)},
        {("C65", "block"), ("C37", "block")},
    ),
    "an automatic test": (
        lambda d: change_card(
            d,
            identity=replace(
                d["card"].identity, flags=replace(d["card"].identity.flags, auto_read=True)
            ),
        ),
        {("C37", "block")},
    ),
    "another qualification code": (
        lambda d: change_peb(d, qualification_code=1),
        {("C02", "block")},
    ),
    "a protective counter that jumped": (
        lambda d: change_card(d, protective_close=d["card"].protective_close + 1),
        {("C16", "two-person")},
    ),
    "a counter beyond five digits": (
        lambda d: change_card(d, contests=first_contest(d["card"], undervotes=2**32 - 1)),
        {("C46", "block"), ("C17", "block"), ("C07", "block")},
    ),
    "more ballots of a contest than of the device": (
        lambda d: change_card(d, contests=first_contest(d["card"], ballots=613, undervotes=21)),
        {("C74", "block"), ("C07", "block")},
    ),
    "a contest that is not on the ballot": (
        lambda d: change_card(d, contests=first_contest(d["card"], contest=999)),
        {("C03", "block"), ("C07", "block")},
    ),
    "choices in another order": (
        lambda d: change_peb(
            d,
            contests=first_contest(
                d["master-peb"],
                choices=tuple(
                    replace(choice, candidate=number)
                    for choice, number in zip(
                        d["master-peb"].contests[0].choices, (2, 1, 3), strict=True
                    )
                ),
            ),
        ),
        {("C03", "block"), ("C29", "block")},
    ),
    "totals that were zeroed": (
        lambda d: logged(d, CardEvent.TOTALS_ZEROED),
        {("C81", "block")},
    ),
    "polls that were opened again": (
        lambda d: logged(d, CardEvent.POLLS_REOPENED),
        {("C81", "block")},
    ),
    "one ballot more in the log": (
        lambda d: logged(d, CardEvent.BALLOT_COUNTED),
        {("C81", "block")},
    ),
    "the clock of the scanner was set": (
        lambda d: logged(d, CardEvent.CLOCK_SET),
        {("C40", "warn")},
    ),
    "the clock of the scanner went back": (
        lambda d: logged(d, CardEvent.JAM, at=NIGHT_BEFORE),
        {("C40", "warn")},
    ),
    "the clock of a terminal was set": (
        lambda d: change_flash(d, ("0001656", AFTERNOON, MASTER)),
        {("C40", "warn")},
    ),
    "a card that was closed too early by its clock": (
        lambda d: change_card(d, closed=d["card"].closed - timedelta(minutes=30)),
        {("C40", "warn")},
    ),
    "opened with votes present": (
        lambda d: change_flash(d, ("0001615", BEFORE_OPENING, MASTER)),
        {("C13", "two-person")},
    ),
    "a vote before the opening": (
        lambda d: change_flash(d, ("0001510", BEFORE_OPENING, VOTERS)),
        {("C38", "two-person"), ("C29", "block")} | {("C11", "two-person")},
    ),
    "closed early": (
        lambda d: change_flash(d, ("0001628", AFTERNOON, MASTER)),
        {("C41", "two-person")},
    ),
    "an exchange that was not finished": (
        lambda d: change_peb(d, terminals=first_terminal(d["master-peb"], io_flag=True)),
        {("C42", "warn")},
    ),
    "41 failed readings": (
        lambda d: change_flash(d, *[("0002210", AFTERNOON, MASTER)] * 41),
        {("C42", "warn")},
    ),
    "five cancelled ballots": (
        lambda d: change_flash(d, *[("0001516", AFTERNOON, VOTERS)] * 4),
        {("C45", "warn")},
    ),
    "a candidate number that is not on the ballot": (
        lambda d: {**d, "first-flash": moved_vote(d["first-flash"], to=13)},
        {("C03", "block"), ("C29", "block")},
    ),
    "a candidate number that was changed": (
        lambda d: {**d, "first-flash": moved_vote(d["first-flash"], to=2)},
        {("C29", "block")},
    ),
    "two readings of a terminal that differ": (
        lambda d: {**d, "again": replace(d["first-flash"], firmware="9.1.6.5")},
        {("C06", "block")},
    ),
    "three copies that differ": (
        lambda d: {
            **d,
            "first-flash": replace(d["first-flash"], copies_differ="byte 0", damage=("byte 0",)),
        },
        {("C04", "block"), ("C05", "block")},
    ),
    "a log that is full": (
        lambda d: {**d, "first-flash": replace(d["first-flash"], log_is_full=True)},
        {("C44", "two-person")},
    ),
    "a voter PEB that collected": (
        lambda d: {**d, "voter-peb": replace(d["voter-peb"], state=PebState.COLLECTING)},
        {("C68", "block")},
    ),
    "a terminal that is not on the PEB": (
        lambda d: change_peb(d, terminals=d["master-peb"].terminals[:1]),
        {("C15", "block"), ("C23", "block"), ("C29", "block"), ("C60", "two-person")},
    ),
}
"""What is changed, and every finding on it."""


@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
def test_a_change_of_one_thing_is_found(
    change: Callable[[Documents], Documents],
    expected: Checks,
    documents: Documents,
    checks: Callable[[Documents], Checks],
) -> None:
    assert checks(change(documents)) == expected


@pytest.mark.parametrize(
    "change",
    [
        lambda d: change_flash(d, *[("0002210", AFTERNOON, MASTER)] * 40),
        lambda d: change_flash(d, *[("0001516", AFTERNOON, VOTERS)] * 3),
        lambda d: change_flash(d, ("0000715", datetime(2026, 11, 3, 19, 40), MASTER)),  # noqa: DTZ001  # device clock
        lambda d: change_flash(d, ("0001628", datetime(2026, 11, 3, 19, 40), MASTER)),  # noqa: DTZ001  # device clock
        lambda d: {**d, "again": d["first-flash"]},
    ],
    ids=["40 failed readings", "four cancelled", "at close", "after the legal close", "twice"],
)
def test_what_is_usual_is_no_more_than_acknowledged(
    change: Callable[[Documents], Documents],
    documents: Documents,
    checks: Callable[[Documents], Checks],
) -> None:
    assert checks(change(documents)) <= {("C34", "warn")}


def test_where_one_terminal_was_not_read_candidates_are_not_compared(
    documents: Documents, checks: Callable[[Documents], Checks]
) -> None:
    changed = {**documents, "first-flash": moved_vote(documents["first-flash"], to=2)}
    del changed["second-flash"]
    assert ("C29", "block") not in checks(changed)


@pytest.mark.parametrize("failure", ["wp-close", "crc-edit"])
def test_a_flawed_reading_is_milder_beside_a_sound_one(
    failure: str,
    documents: Documents,
    reading: Callable[..., Reading],
    checks: Callable[[Documents], Checks],
) -> None:
    [(_, flawed)] = reading(m100_fixture(failure)).placement.parts
    check = {"wp-close": "C68", "crc-edit": "C04"}[failure]
    assert (check, "block") in checks({**documents, "card": flawed})
    assert (check, "two-person") in checks({**documents, "flawed": flawed})


def test_a_terminal_that_is_closed_late_clears_its_packet(
    documents: Documents, reading: Callable[..., Reading], checks: Callable[[Documents], Checks]
) -> None:
    [(_, left_open)] = reading(PEB_FIXTURES["left-open"]()).placement.parts
    assert isinstance(left_open, Peb)
    earlier = replace(left_open, generation=5, results_tapes=0)
    earlier = replace(
        earlier, terminals=tuple(replace(t, tape_override=False) for t in earlier.terminals)
    )
    blocked = checks({**documents, "master-peb": earlier})
    assert {("C25", "block"), ("C68", "block")} <= blocked
    assert checks({**documents, "earlier": earlier}) == {("C68", "two-person")}


def test_the_mark_of_a_tape_that_was_too_early_needs_two_people_once_a_new_one_is_here(
    documents: Documents, checks: Callable[[Documents], Checks]
) -> None:
    marked = first_terminal(documents["master-peb"], tape_override=True)
    changed = change_peb(documents, terminals=marked)
    assert checks(changed) == {("C28", "two-person")}
    del changed["ivotronic-results"]
    assert ("C28", "block") in checks(changed)


def test_peb_that_opened_no_terminal_is_in_order(
    documents: Documents, checks: Callable[[Documents], Checks]
) -> None:
    never = replace(documents["voter-peb"], peb=MASTER, is_master=True)
    quiet = {name: documents[name] for name in ("card", "m100-zero", "m100-results", "voter-peb")}
    assert checks({**quiet, "master-peb": never}) == set()


def test_damage_of_a_whole_card_reaches_every_packet(
    documents: Documents, sample: LoadedDefinition
) -> None:
    terminals = (documents["first-flash"], documents["second-flash"])
    card = FlashCard("CF000901", None, terminals, damage=("the two tables differ",))
    placement = place(card, sample, "south")
    assert placement.findings == ()
    contents = [content for _, content in placement.parts]
    damage = [content.damage for content in contents if isinstance(content, TerminalFlash)]
    assert damage == [("the two tables differ",)] * 2


def test_a_damaged_card_without_a_terminal_is_put_aside_as_damaged(
    sample: LoadedDefinition,
) -> None:
    card = FlashCard("", None, (), damage=("V5199901.BIN: too short",))
    placement = place(card, sample, "south")
    [finding] = placement.findings
    assert (finding.check, finding.severity, placement.parts) == ("C04", "block", ())
    assert "V5199901.BIN" in finding.evidence


def test_a_card_without_files_is_only_kept(sample: LoadedDefinition) -> None:
    [finding] = place(FlashCard("CF1", None, ()), sample, "south").findings
    assert (finding.check, finding.severity) == ("C66", "warn")


def of_several(medium: Peb) -> Peb:
    return replace(medium, identity=replace(medium.identity, precinct=0))


def test_a_peb_of_several_precincts_is_placed_by_its_serial(
    documents: Documents, sample: LoadedDefinition, checks: Callable[[Documents], Checks]
) -> None:
    peb = of_several(documents["master-peb"])
    placement = place(peb, sample, "south")
    assert [key.precinct for key, _ in placement.parts] == ["riverside"]
    assert checks({**documents, "master-peb": peb}) == set()
    stranger = place(replace(peb, peb="299999"), sample, "south")
    assert [finding.check for finding in stranger.findings] == ["C24"]


def test_no_precinct_takes_its_totals_from_a_peb_that_two_of_them_share(
    documents: Documents,
    sample: LoadedDefinition,
    holding: Callable[[Documents], Packet],
    decision_on: Callable[..., Decision],
) -> None:
    riverside, hillside, *others = sample.definition.precincts
    shared = hillside.model_copy(update={"devices": (*hillside.devices, riverside.devices[1])})
    text = sample.definition.model_copy(
        update={"precincts": (riverside, shared, *others)}
    ).model_dump_json()
    shared_by_two = replace(sample, definition=ElectionDefinition.model_validate_json(text))
    peb = of_several(documents["master-peb"])
    placed = place(peb, shared_by_two, "south").parts
    assert [key.precinct for key, _ in placed] == ["riverside", "hillside"]
    decision = decision_on(holding({**documents, "master-peb": peb}), shared_by_two)
    assert ("C36", "block") in {(f.check, f.severity.value) for f in decision.findings}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    changes=st.lists(st.sampled_from(sorted(CHANGES)), max_size=2, unique=True),
    order=st.permutations(range(30)),
)
def test_the_order_of_coming_in_never_changes_the_findings(
    changes: list[str],
    order: list[int],
    documents: Documents,
    findings: Callable[[Documents], tuple[Finding, ...]],
) -> None:
    changed = dict(documents)
    for name in changes:
        altered = CHANGES[name][0](documents)
        new = {key: value for key, value in altered.items() if value != documents.get(key)}
        changed |= {f"{key} {name}": value for key, value in new.items()}
    names = list(changed)
    shuffled = [names[place] for place in order if place < len(names)]
    assert set(findings({name: changed[name] for name in shuffled})) == set(findings(changed))
