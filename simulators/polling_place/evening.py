"""Polling places in the evening: what every device of a precinct hands to the count center.

Pure: the same definition and seed give the same bytes.
"""

from collections.abc import Iterator
from random import Random

from election.definition import AssignedDevice, ElectionDefinition, Precinct
from election.documents import DeviceClass
from simulators.definition_layout import layout_of
from simulators.polling_day import closing_time
from simulators.polling_place.hours import hours_of
from simulators.polling_place.leavings import Leavings
from simulators.polling_place.scanner import scanner_day
from simulators.polling_place.terminals import terminals_day
from simulators.simulated_votes import cast_ballots


def leavings_of(
    definition: ElectionDefinition, sha256: str, precinct: Precinct, seed: int
) -> Iterator[Leavings]:
    """Yield what each device of `precinct` that prints tapes leaves behind.

    `sha256` is that of the definition's file. Raises Refused and DefinitionError.
    """
    layout = layout_of(definition, sha256, precinct)
    closing = closing_time(definition)
    for cast in cast_ballots(definition, precinct, seed):
        dice = Random(f"{seed} {precinct.id} {cast.device.serial}")  # noqa: S311  # a rehearsal
        hours = hours_of(closing, dice)
        if cast.device.device_class is DeviceClass.M100:
            yield scanner_day(layout, cast, hours, dice, card_of(cast.device))
        else:
            code = qualification_code(definition)
            yield terminals_day(layout, cast, hours, dice, code)


def card_of(device: AssignedDevice) -> str:
    """Return the serial of a scanner's card: that of the definition, or one made from its own."""
    return device.media[0] if device.media else f"M100C-{device.serial:0>7}"


def qualification_code(definition: ElectionDefinition) -> int:
    """Return the EQC of a rehearsal, the same on all its PEBs and terminals."""
    return Random(f"EQC {definition.election}").getrandbits(32)  # noqa: S311  # no secret
