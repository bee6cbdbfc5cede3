"""What leaves when totals come from media: figures of the medium, nothing of a flawed one."""

from collections.abc import Callable, Mapping

import pytest

from election.returns import DeviceVotes, PrecinctReturn
from gateway.packets import Decision, Packet, PacketState

Files = Mapping[str, bytes]

M100 = {
    101: ((287, 268, 31), 4, 2, 20, 612),
    102: ((281, 279), 0, 3, 49, 612),
    103: ((301, 256, 248, 197), 0, 4, 218, 612),
    201: ((333, 262), 0, 1, 16, 612),
}
IVOTRONIC = {
    101: ((17, 15, 2), 1, 0, 2, 37),
    102: ((16, 18), 0, 0, 3, 37),
    103: ((19, 16, 14, 12), 0, 0, 13, 37),
    201: ((21, 14), 0, 0, 2, 37),
}
"""Choices, write-ins, overvotes, undervotes, ballots: as the profiles publish the sample."""


@pytest.fixture(scope="session")
def made(orderly: Files, returned: Callable[[Files], PrecinctReturn]) -> PrecinctReturn:
    return returned(orderly)


def figures(device: DeviceVotes) -> dict[int, tuple[object, ...]]:
    return {
        contest.contest: (
            tuple(choice.votes for choice in contest.choices),
            *(contest.write_ins, contest.overvotes, contest.undervotes, contest.ballots),
        )
        for contest in device.contests
    }


def test_every_figure_of_card_and_peb_is_in_the_return(made: PrecinctReturn) -> None:
    scanner, peb = made.devices
    assert (scanner.medium, scanner.medium_serial) == ("memory-card", "M100C-0000417")
    assert (peb.medium, peb.medium_serial) == ("peb", "299101")
    assert (figures(scanner), figures(peb)) == (M100, IVOTRONIC)
    assert (scanner.ballots, peb.ballots, made.ballots) == (612, 37, 649)
    assert (scanner.protective_at_open, scanner.protective_at_close) == (48_211, 48_823)
    assert (peb.protective_at_open, peb.protective_at_close) == (None, None)  # two machines


def test_totals_are_the_sums_of_both_media(made: PrecinctReturn) -> None:
    added = {
        total.contest: tuple(choice.votes for choice in total.choices) for total in made.totals
    }
    assert added == {
        101: (304, 283, 33),
        102: (297, 297),
        103: (320, 272, 262, 209),
        201: (354, 276),
    }


def test_every_piece_of_evidence_is_named(made: PrecinctReturn) -> None:
    kinds = sorted({each.kind for each in made.evidence})
    assert kinds == ["PEB", "memory-card", "results-report", "terminal-flash", "zero-report"]
    assert len(made.evidence) == 8


@pytest.mark.parametrize(
    ("missing", "awaited"),
    [
        ("card", "medium of M100 204417"),
        ("master-peb", "medium of PEB 299101"),
        ("m100-results", "results tape of M100 204417"),
        ("ivotronic-zero", "zero tape of PEB 299101"),
        ("voter-peb", "PEB 299102"),
    ],
)
def test_nothing_leaves_while_a_medium_or_a_tape_is_missing(
    missing: str,
    awaited: str,
    orderly: Files,
    packet_of: Callable[..., Packet],
    decision_on: Callable[..., Decision],
) -> None:
    files = {name: file for name, file in orderly.items() if name != missing}
    decision = decision_on(packet_of(files))
    assert awaited in decision.awaited
    assert decision.state is not PacketState.READY
