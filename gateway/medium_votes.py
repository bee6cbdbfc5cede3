"""What the media of a packet say, as the votes of their devices in a return."""

from collections.abc import Iterator

from election.definition import ElectionDefinition
from election.media import M100Card, MediumContest
from election.returns import ChoiceVotes, ContestVotes, DeviceVotes
from gateway.media_sets import ResultsMedium, media_sets
from gateway.packets import Packet


def devices_by_medium(packet: Packet, definition: ElectionDefinition) -> Iterator[DeviceVotes]:
    """Yield the votes of every device whose totals come from its medium."""
    for media in media_sets(packet, definition):
        if not media.counts or media.counting is None:
            continue
        medium = media.counting
        opened, closed = _protective_counts(medium)
        yield DeviceVotes(
            device_class=media.device.device_class,
            serial=media.device.serial,
            medium="memory-card" if isinstance(medium, M100Card) else "peb",
            medium_serial=medium.card if isinstance(medium, M100Card) else medium.peb,
            public_at_open=None,  # a medium keeps no count of the moment before the first vote
            public_at_close=None if closed is None else medium.ballots,
            protective_at_open=opened,
            protective_at_close=closed,
            ballots=medium.ballots,
            contests=tuple(map(_contest, medium.contests)),
        )


def _protective_counts(medium: ResultsMedium) -> tuple[int | None, int | None]:
    """Return both counts of the one machine behind `medium`; None where there are several."""
    machines = (medium,) if isinstance(medium, M100Card) else medium.terminals
    if len(machines) != 1:
        return None, None
    return machines[0].protective_open, machines[0].protective_close


def _contest(contest: MediumContest) -> ContestVotes:
    return ContestVotes(
        contest=contest.contest,
        choices=tuple(
            ChoiceVotes(choice=choice.choice, votes=choice.votes) for choice in contest.choices
        ),
        write_ins=contest.write_ins,
        overvotes=contest.overvotes,
        undervotes=contest.undervotes,
        ballots=contest.ballots,
    )
