"""Invented voters: who turns out, on which device they vote, and what they mark.

Everything follows from the seed and the ids of the definition, precinct by precinct: the same
seed gives the same ballots, and another precinct more or less changes no ballot elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from election.definition import AssignedDevice, Contest, ElectionDefinition, Precinct
from election.documents import DeviceClass
from simulators.counting import Marks

TURNOUT = (0.20, 0.50)
"""Lowest and highest share of the registered voters that come."""

UNKNOWN_REGISTERED = 400
"""Voters of a precinct whose definition does not say how many are registered."""

DEVICE_WEIGHT = {DeviceClass.M100: 8, DeviceClass.IVOTRONIC: 1}
"""Most voters take paper; one accessible terminal stands beside the scanner."""

BLANK = 0.005
"""Share of ballots without any mark."""

UNDERVOTE = 0.08
"""Share of contests in which a voter makes fewer marks than allowed."""

WRITE_IN = 0.01
OVERVOTE = 0.004
"""On paper only: a terminal prevents overvotes."""

WRITE_IN_TEXTS = ("ALEX DOE", "DREW DOYLE", "MICKEY MOUSE", "NONE OF THESE", "SAM ROE")


@dataclass(frozen=True, slots=True)
class CastBallot:
    """One ballot: the contests that it carries, and the marks in those that have any."""

    contests: tuple[int, ...]
    marks: dict[int, Marks]


@dataclass(frozen=True, slots=True)
class CastBallots:
    """All ballots that one device of a precinct took in."""

    precinct: Precinct
    device: AssignedDevice
    ballots: tuple[CastBallot, ...]


def cast_ballots(
    definition: ElectionDefinition, precinct: Precinct, seed: int
) -> tuple[CastBallots, ...]:
    """Return the ballots of `precinct` for each of its devices that reports by tapes."""
    devices = [d for d in precinct.devices if d.prints_tapes]
    contests = definition.contests_of[precinct.id]
    if not devices or not contests:
        return ()
    dice = Random(f"{seed} {precinct.id}")  # noqa: S311  # voters are invented, not secret
    voter = _Voter(contests, seed, dice)
    registered = precinct.registered_voters
    voters = round(
        (UNKNOWN_REGISTERED if registered is None else registered) * dice.uniform(*TURNOUT)
    )
    taken: list[list[CastBallot]] = [[] for _ in devices]
    weights = [DEVICE_WEIGHT[device.device_class] for device in devices]
    for place in dice.choices(range(len(devices)), weights, k=voters):
        taken[place].append(voter.ballot(devices[place].device_class))
    return tuple(
        CastBallots(precinct, device, tuple(ballots))
        for device, ballots in zip(devices, taken, strict=True)
    )


class _Voter:
    """Marks ballots of one precinct. In a primary each carries one party's contests."""

    def __init__(self, contests: Sequence[Contest], seed: int, dice: Random) -> None:
        self._dice = dice
        parties = list(dict.fromkeys(contest.party for contest in contests if contest.party))
        self._styles = [
            [contest for contest in contests if contest.party in ("", party)]
            for party in parties or [""]
        ]
        self._popularity = {contest.id: _popularity(contest, seed) for contest in contests}

    def ballot(self, device_class: DeviceClass) -> CastBallot:
        style = self._dice.choice(self._styles)
        marks: dict[int, Marks] = {}
        if self._dice.random() >= BLANK:
            for contest in style:
                if made := self._marks(contest, device_class):
                    marks[contest.id] = made
        return CastBallot(tuple(contest.id for contest in style), marks)

    def _marks(self, contest: Contest, device_class: DeviceClass) -> Marks:
        fate = self._dice.random()
        on_paper = device_class is DeviceClass.M100
        if fate < OVERVOTE and on_paper:
            too_many = self._choices(contest, contest.votes_allowed + 1)
            missing = contest.votes_allowed + 1 - len(too_many)
            return Marks(too_many, ("",) * missing if contest.write_in else ())
        wanted = contest.votes_allowed
        if fate > 1 - UNDERVOTE:
            wanted = self._dice.randrange(wanted)
        if contest.write_in and wanted and self._dice.random() < WRITE_IN:
            text = "" if on_paper else self._dice.choice(WRITE_IN_TEXTS)
            return Marks(self._choices(contest, wanted - 1), (text,))
        return Marks(self._choices(contest, wanted))

    def _choices(self, contest: Contest, wanted: int) -> frozenset[int]:
        """Return `wanted` different choices, or all when there are fewer."""
        if wanted >= len(contest.choices):
            return frozenset(choice.id for choice in contest.choices)
        left = dict(self._popularity[contest.id])
        for _ in range(wanted):
            (chosen,) = self._dice.choices(list(left), list(left.values()))
            del left[chosen]
        return frozenset(self._popularity[contest.id].keys() - left.keys())


def _popularity(contest: Contest, seed: int) -> dict[int, float]:
    """Return a weight for each choice, the same in every precinct."""
    dice = Random(f"{seed} contest {contest.id}")  # noqa: S311  # invented, not secret
    return {choice.id: dice.uniform(1, 4) for choice in contest.choices}
