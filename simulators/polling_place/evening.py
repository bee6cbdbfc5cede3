"""Polling places in the evening: what every device of a precinct hands to the count center.

Pure: the same definition and seed give the same bytes.
"""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from election.definition import AssignedDevice, ElectionDefinition, Precinct
from election.documents import DeviceClass
from simulators.ballot_layout import BallotLayout
from simulators.definition_layout import layout_of
from simulators.polling_day import closing_time
from simulators.polling_place.hours import Hours, hours_of
from simulators.polling_place.leavings import Leavings
from simulators.polling_place.mishaps import ORDERLY, Mishaps
from simulators.polling_place.scanner import scanner_day
from simulators.polling_place.terminals import terminals_day
from simulators.simulated_votes import CastBallots, cast_ballots


def leavings_of(
    definition: ElectionDefinition,
    sha256: str,
    precinct: Precinct,
    seed: int,
    mishaps: Mishaps = ORDERLY,
) -> Iterator[Leavings]:
    """Yield what each device of `precinct` that prints tapes leaves behind.

    `sha256` is that of the definition's file. Raises Refused, also for a mishap that this precinct
    cannot have, and DefinitionError.
    """
    layout = layout_of(definition, sha256, precinct)
    closing = closing_time(definition)
    for cast in cast_ballots(definition, precinct, seed):
        dice = Random(f"{seed} {precinct.id} {cast.device.serial}")  # noqa: S311  # a rehearsal
        hours = hours_of(closing, dice, mishaps.clock)
        if cast.device.device_class is DeviceClass.M100:
            card = card_of(cast.device)
            left = scanner_day(layout, cast, hours, dice, card=card, mishaps=mishaps)
            yield _with_second_card(left, layout, cast, hours) if mishaps.second_card else left
        else:
            code = qualification_code(definition)
            yield terminals_day(layout, cast, hours, dice, code=code, mishaps=mishaps)


def card_of(device: AssignedDevice) -> str:
    """Return the serial of a scanner's card: that of the definition, or one made from its own."""
    return device.media[0] if device.media else f"M100C-{device.serial:0>7}"


def qualification_code(definition: ElectionDefinition) -> int:
    """Return the EQC of a rehearsal, the same on all its PEBs and terminals."""
    return Random(f"EQC {definition.election}").getrandbits(32)  # noqa: S311  # no secret


def _with_second_card(
    left: Leavings, layout: BallotLayout, cast: CastBallots, hours: Hours
) -> Leavings:
    """Return `left` with another card of the same scanner, which has seen half of the ballots."""
    serial = cast.device.serial
    half = replace(cast, ballots=cast.ballots[: len(cast.ballots) // 2])
    dice = Random(f"second card {serial}")  # noqa: S311  # a rehearsal
    card = f"M100C-9{serial:0>6}"
    other = scanner_day(layout, half, hours, dice, card=card, mishaps=ORDERLY)
    return replace(left, media={**left.media, **other.media})
