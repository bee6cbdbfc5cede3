"""What goes wrong in a simulated election night, decided beforehand and by name."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from election.definition import ElectionDefinition, Precinct
from election.documents import DeviceClass


class FaultKind(StrEnum):
    """The faults that a night can have."""

    ZERO_NOT_ZERO = "zero-not-zero"
    """The zero tape shows a ballot: nothing of this device may be published."""
    PAPER_OUT = "paper-out"
    """The paper ends within the results tape; a reprint clears it."""
    PRINTED_TWICE = "printed-twice"
    """The results tape comes a second time, as copy 2."""


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """One fault and where it happens."""

    kind: FaultKind
    precinct: str
    """Its id."""
    device_class: DeviceClass = DeviceClass.M100
    """Whose tapes; all devices of this class in the precinct, as a rule one."""
    reprinted: bool = False
    """Whether somebody notices PAPER_OUT and prints again; otherwise the packet is held."""

    @property
    def blocks(self) -> bool:
        """Whether the precinct needs a person before anything of it is released."""
        if self.kind is FaultKind.PAPER_OUT:
            return not self.reprinted
        return self.kind is FaultKind.ZERO_NOT_ZERO


def demo_faults(definition: ElectionDefinition, seed: int) -> tuple[PlannedFault, ...]:
    """Return one fault of each kind in different precincts, for as many precincts as there are."""
    places = [
        (precinct.id, device_class)
        for precinct in definition.precincts
        if (device_class := _first_printing(precinct)) is not None
    ]
    dice = Random(f"{seed} faults")  # noqa: S311  # a rehearsal, no secret
    chosen = dice.sample(places, min(len(places), len(FaultKind)))
    return tuple(PlannedFault(kind, *place) for kind, place in zip(FaultKind, chosen, strict=False))


def _first_printing(precinct: Precinct) -> DeviceClass | None:
    classes = (d.device_class for d in precinct.devices if d.prints_tapes)
    return next(classes, None)
