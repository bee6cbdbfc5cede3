"""Every failure that the profiles describe ends in the checks that their description names.

`NAMED` holds what is described for each failure, word for word; `BESIDES` what else follows from
the same thing, so that an unexpected finding fails a test, too. Two failures are not here:

- `unstable` needs two readings of one medium; it has a test of its own.
- `late-group` (two precincts counted under another group, C94) cannot happen to a medium: nobody
  chooses its counting group, the definition assigns it to the device. A test below shows that.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from json import dumps

import pytest

from election.captures import Ending
from election.definition_file import LoadedDefinition
from election.documents import Tape, TapeTerminal
from election.media import FlashState, M100Card, Peb, TerminalState
from election.returns import PrecinctReturn
from gateway.decision import late_findings
from gateway.packets import Decision, History, Packet, PacketKey, PacketState
from parsers.media.m100_card.parser import PARSER as CARD_PARSER
from simulators.media import flash_samples, peb_samples
from simulators.media.fixtures import OLDER_DEFINITION, m100_fixture
from simulators.media.flash import flash_image
from simulators.media.ivotronic_day import FIRST, SECOND, ballots_of, counted
from simulators.media.peb_fixtures import FLASH_FIXTURES, PEB_FIXTURES, PHANTOM
from simulators.tape_printing import print_tape

Files = Mapping[str, bytes]
Tapes = Mapping[str, Tape]
Said = Callable[..., set[tuple[str, str]]]

NAMED = {
    "wp-close": {"C07", "C15", "C68"},
    "wp-window": {"C07", "C15"},
    "paper-out": {"C08"},
    "crc-edit": {"C04"},
    "crc-forged": {"C07"},
    "torn": {"C04"},
    "malformed": {"C66"},
    "unstable": {"C06"},
    "old-def": {"C64"},
    "test-mode": {"C37", "C63"},
    "backup": {"C37", "C65"},
    "dup-read": {"C34"},
    "zero-not-zero": {"C10"},
    "zero-late": {"C11"},
    "zero-short": {"C70"},
    "left-open": {"C25", "C28", "C68"},
    "other-peb": {"C26"},
    "peb-left": {"C27", "C82"},
    "page-crc": {"C04"},
    "clock-66h": {"C40"},
    "phantom": {"C24", "C23", "C60"},
    "ivo-unused": set(),
    "no-prov": set(),
    "prov-no-seal": {"C83"},
}

BESIDES = {
    "backup": {"C07", "C15"},  # its counts are those of the test deck
    "left-open": {"C29"},  # the audit copies have the votes of both terminals
    "other-peb": {"C43"},  # that PEB had activated the ballots
}

LOST_PAPER_AT_LINE = 45
CLOCK_BEHIND = timedelta(hours=66)


@pytest.fixture(scope="session")
def brought(orderly: Files, tapes: Tapes) -> Callable[[str], Files]:
    """Return `brought(failure)`: what comes in when that went wrong, all else in order."""

    @cache
    def bring(failure: str) -> Files:
        files = {**orderly, **dict(_instead(failure, orderly, tapes))}
        return {name: file for name, file in files.items() if file}

    return bring


@pytest.mark.parametrize("failure", [name for name in NAMED if name != "unstable"])
def test_a_failure_ends_in_the_checks_that_its_description_names(
    failure: str, brought: Callable[[str], Files], said: Said
) -> None:
    assert {check for check, _ in said(brought(failure))} == NAMED[failure] | BESIDES.get(
        failure, set()
    )


@pytest.mark.parametrize("failure", ["dup-read", "ivo-unused", "no-prov"])
def test_what_is_no_failure_is_ready(
    failure: str,
    brought: Callable[[str], Files],
    packet_of: Callable[..., Packet],
    decision_on: Callable[..., Decision],
) -> None:
    decision = decision_on(packet_of(brought(failure)))
    assert (decision.state, decision.awaited) == (PacketState.READY, ())


@pytest.mark.parametrize("failure", sorted(NAMED.keys() - {"dup-read", "ivo-unused", "no-prov"}))
def test_no_failure_is_released(
    failure: str,
    brought: Callable[[str], Files],
    packet_of: Callable[..., Packet],
    decision_on: Callable[..., Decision],
) -> None:
    endings = {"card": Ending.UNSTABLE} if failure == "unstable" else {}
    decision = decision_on(packet_of(brought(failure), endings))
    assert decision.state is not PacketState.READY


def test_two_readings_that_differ_are_not_looked_at(orderly: Files, said: Said) -> None:
    other = bytearray(orderly["card"])
    other[-1] ^= 0x01
    readings = {**orderly, "again": bytes(other)}
    endings = dict.fromkeys(("card", "again"), Ending.UNSTABLE)
    assert {check for check, _ in said(readings, endings)} == NAMED["unstable"]


def test_a_torn_card_says_which_parts_of_it_still_verify() -> None:
    card = CARD_PARSER.parse(m100_fixture("torn"))
    assert isinstance(card, M100Card)
    assert any("verif" in part for part in card.damage), card.damage


def test_a_second_card_that_comes_after_the_release_is_lower_and_another_one(
    orderly: Files,
    returned: Callable[[Files], PrecinctReturn],
    packet_of: Callable[..., Packet],
    sample: LoadedDefinition,
) -> None:
    files = {**orderly, "second card": m100_fixture("second-card")}
    packet = packet_of(files, released=returned(orderly))
    checks = {finding.check for finding in late_findings(packet, sample, History({}))}
    assert checks == {"C65", "C75"} | {"C07", "C15"}  # nor is it the card that the tape is of


@pytest.mark.parametrize("ending", [Ending.UNREADABLE, Ending.UNPLUGGED])
def test_where_a_card_cannot_be_read_two_people_type_its_tape(
    ending: Ending,
    orderly: Files,
    tapes: Tapes,
    packet_of: Callable[..., Packet],
    decision_on: Callable[..., Decision],
    said: Said,
) -> None:
    """`tape-only`: C79 until the second entry, then C69; never a number of the unread card."""
    files = {**orderly, "card": orderly["card"][:200_000]}
    del files["m100-results"]
    one, two = (_typed(tapes["m100-results"], who) for who in ("ANN", "BEA"))
    endings = {"card": ending}
    once = said({**files, "typed": one}, endings)
    assert once == {("C103", "block"), ("C79", "block")}
    both = {**files, "typed": one, "typed again": two}
    assert said(both, endings) == {("C103", "block"), ("C69", "two-person")}
    decision = decision_on(packet_of(both, endings))
    assert decision.state is PacketState.HELD
    assert "medium of M100 204417" in decision.awaited
    wrong = _typed(replace(tapes["m100-results"], ballots=613), "BEA")
    differing = said({**files, "typed": one, "typed again": wrong}, endings)
    assert differing == {("C103", "block"), ("C79", "block")}


def test_nobody_can_bring_a_medium_under_another_counting_group(
    orderly: Files, packet_of: Callable[..., Packet]
) -> None:
    """`late-group`: the group of a medium is that of its device, whatever else comes in."""
    media = {name: orderly[name] for name in ("card", "master-peb", "voter-peb", "audit-card")}
    for group in ("election-day", "early"):
        packet = packet_of(media, key=PacketKey("riverside", group))
        assert bool(packet.documents) == (group == "election-day")


def _instead(failure: str, orderly: Files, tapes: Tapes) -> Iterator[tuple[str, bytes]]:
    """Yield what comes in place of the orderly things, by name; empty: nothing."""
    match failure:
        case "unstable":
            return
        case "no-prov":
            yield "form", _form(provisional=0)
        case "prov-no-seal":
            yield "form", _form(provisional=4)
        case _:
            yield from _on_scanner(failure, orderly, tapes)


def _on_scanner(failure: str, orderly: Files, tapes: Tapes) -> Iterator[tuple[str, bytes]]:
    results, zero = tapes["m100-results"], tapes["m100-zero"]
    match failure:
        case "wp-close" | "wp-window" | "crc-edit" | "crc-forged" | "torn" | "malformed":
            yield "card", m100_fixture(failure)
        case "paper-out":
            lines = orderly["m100-results"].split(b"\r\n")
            yield "m100-results", b"\r\n".join(lines[:LOST_PAPER_AT_LINE]) + b"\r\n"
        case "old-def":
            yield "card", m100_fixture(failure)
            yield "m100-zero", print_tape(_of_older_definition(zero))
            yield "m100-results", print_tape(_of_older_definition(results))
        case "test-mode":
            yield "card", m100_fixture(failure)
            yield "m100-zero", print_tape(replace(zero, test=True))
            yield "m100-results", print_tape(replace(results, test=True))
        case "backup":
            yield "backup", m100_fixture(failure)
        case "dup-read":
            yield "card again", orderly["card"]
        case "zero-not-zero":
            yield "m100-zero", print_tape(_with_one_vote(zero))
        case "clock-66h":
            yield "card", m100_fixture(failure)
            yield "m100-zero", print_tape(_behind(zero))
            yield "m100-results", print_tape(_behind(results))
        case _:
            yield from _on_terminals(failure, tapes)


def _on_terminals(failure: str, tapes: Tapes) -> Iterator[tuple[str, bytes]]:
    results, zero = tapes["ivotronic-results"], tapes["ivotronic-zero"]
    first, second = zero.terminals
    match failure:
        case "zero-late":
            after_a_vote = datetime(2026, 11, 3, 8, 30)  # noqa: DTZ001  # a device's wall clock
            yield "ivotronic-zero", print_tape(replace(zero, printed=after_a_vote))
        case "zero-short":
            short = replace(zero, terminals=(first,), terminals_not_closed=1)
            yield "ivotronic-zero", print_tape(short)
        case "left-open":
            yield "master-peb", PEB_FIXTURES[failure]()
            yield "ivotronic-results", print_tape(_with_second_open(results, second))
        case "other-peb":
            yield "master-peb", PEB_FIXTURES[failure]()
            yield "audit-card", FLASH_FIXTURES[failure]()
        case "peb-left":
            yield "master-peb", b""
        case "page-crc":
            yield "master-peb", PEB_FIXTURES[failure]()
        case "phantom":
            yield "audit-card", FLASH_FIXTURES[failure]()
            yield "ivotronic-zero", print_tape(_renamed(zero))
            yield "ivotronic-results", print_tape(_renamed(results))
        case "ivo-unused":
            yield "ivotronic-results", b""
            yield "master-peb", peb_samples.image_of(_unused(peb_samples.peb_after_results_tape()))
            yield "audit-card", _unused_audit_card()
        case _:
            raise AssertionError(failure)


def _with_one_vote(zero: Tape) -> Tape:
    """Return a zero tape on which somebody voted, and whose sums are right."""
    contests = tuple(
        replace(
            contest,
            ballots=1,
            undervotes=contest.votes_allowed - 1,
            total=contest.votes_allowed,
            choices=(replace(contest.choices[0], votes=1), *contest.choices[1:]),
        )
        for contest in zero.contests
    )
    return replace(zero, ballots=1, contests=contests)


def _of_older_definition(tape: Tape) -> Tape:
    digits = OLDER_DEFINITION[:16].upper()
    return replace(tape, definition_version=0, definition_digits=digits)


def _behind(tape: Tape) -> Tape:
    times = {name: getattr(tape, name) for name in ("opened", "closed", "printed")}
    return replace(tape, **{name: at and at - CLOCK_BEHIND for name, at in times.items()})


def _with_second_open(results: Tape, opened: TapeTerminal) -> Tape:
    """Return the tape that the PEB prints when it has collected the first terminal alone."""
    first, _ = results.terminals
    left = {contest.contest: contest for contest in counted(ballots_of(FIRST))}
    return replace(
        results,
        terminals=(first, opened),
        terminals_not_closed=1,
        ballots=first.ballots,
        contests=tuple(
            replace(
                contest,
                ballots=first.ballots,
                choices=tuple(
                    replace(choice, votes=had.votes)
                    for choice, had in zip(
                        contest.choices, left[contest.contest].choices, strict=True
                    )
                ),
                write_ins=None if contest.write_ins is None else left[contest.contest].write_ins,
                undervotes=left[contest.contest].undervotes,
                total=first.ballots * contest.votes_allowed,
            )
            for contest in results.contests
        ),
        write_in_names=(),
    )


def _renamed(tape: Tape) -> Tape:
    first, second = tape.terminals
    return replace(tape, terminals=(first, replace(second, serial=str(PHANTOM))))


def _unused(peb: Peb) -> Peb:
    """Return `peb` as it is when nobody voted: all terminals closed, no results tape printed."""
    terminals = tuple(
        replace(each, votes=0, protective_close=each.protective_open, cancelled=0)
        for each in peb.terminals
    )
    assert all(each.state is TerminalState.CLOSED for each in terminals)
    return replace(
        peb,
        ballots=0,
        terminals=terminals,
        contests=counted(()),
        write_ins=(),
        results_tape=None,
        results_tapes=0,
    )


def _unused_audit_card() -> bytes:
    images = {}
    for serial in (FIRST, SECOND):
        memory = flash_samples.terminal_memory(serial)
        assert memory.state is FlashState.CLOSED
        quiet = tuple(event for event in memory.events if not event.code.startswith("000151"))
        unused = replace(memory, ballots=(), events=quiet, protective_close=memory.protective_open)
        images[serial] = flash_image(unused)
    return flash_samples.card_with(images)


def _form(*, provisional: int) -> bytes:
    """Return the form of the sample election, without a number on the orange bag."""
    form = {
        "format": "zerotape-protocol-form-1",
        "precinct": "riverside",
        "devices": [],
        "seals": [{"kind": "blue", "number": "0718205", "place": "write-in-box"}],
        "accounting": {
            "received": 746 + provisional,
            "voted": 612,
            "spoiled": 6,
            "provisional": provisional,
            "unused": 128,
            "stubs": 618 + provisional,
            "names_on_list_of_voters": 649,
        },
    }
    return dumps(form).encode()


def _typed(tape: Tape, who: str) -> bytes:
    """Return what `who` typed in from the paper of `tape`."""
    contests = [
        {
            "contest": contest.contest,
            "title": contest.title,
            "votes_allowed": contest.votes_allowed,
            "ballots": contest.ballots,
            "choices": [
                {"choice": c.choice, "name": c.name, "party": c.party, "votes": c.votes}
                for c in contest.choices
            ],
            "write_ins": contest.write_ins,
            "overvotes": contest.overvotes,
            "undervotes": contest.undervotes,
            "total": contest.total,
        }
        for contest in tape.contests
    ]
    copied = (
        *("device_class", "kind", "test", "election", "definition_version", "definition_digits"),
        *("precinct", "precinct_name", "unit", "card", "ballots", "protective_open"),
        *("protective_close", "blank_ballots", "overvoted_ballots", "write_in_ballots"),
    )
    times = {name: getattr(tape, name).isoformat() for name in ("opened", "closed", "printed")}
    entry = {
        "format": "zerotape-typed-tape-1",
        "typed_by": who,
        "typed_at": "2026-11-04T02:30:00Z",
        "contests": contests,
        **{name: getattr(tape, name) for name in copied},
        **times,
    }
    return dumps(entry).encode()
