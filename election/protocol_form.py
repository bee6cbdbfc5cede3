"""The precinct's protocol form (Form #9) as the workers filled it in.

Fields follow the procedures of the Pulaski County poll worker guide of 2016; the guide prints
the form only as a picture, so the names are ours.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from election.definition import Serial
from election.documents import DeviceClass
from election.records import Count, OptionalText, PrecinctId, Record, Text, UtcInstant


class SealPlace(StrEnum):
    """What a seal closes."""

    CARD_SLOT = "card-slot"
    """Cover of the M100's card slot."""
    IVOTRONIC = "ivotronic"
    BALLOT_BOX = "ballot-box"
    BAG_1 = "bag-1"
    """Official Election Returns Bag."""
    BLUE_BAG = "blue-bag"
    ORANGE_BAG = "orange-bag"
    """Provisional ballots; sealed only with ballots inside."""
    TRANSPORT_BOX = "transport-box"
    WRITE_IN_BOX = "write-in-box"


class Seal(Record):
    """One numbered seal, from applying to removal."""

    kind: Text
    number: Text
    place: SealPlace
    applied_at: UtcInstant | None = None
    applied_by: Annotated[tuple[Text, ...], Field(max_length=2)] = ()
    removed_at: UtcInstant | None = None
    removed_by: Annotated[tuple[Text, ...], Field(max_length=2)] = ()
    intact: bool = True


class DeviceEntry(Record):
    """The Voting Device Report section, one entry per device."""

    device_class: DeviceClass
    serial: Serial
    zero_tape_run: bool
    results_tape_run: bool
    public_at_open: Count = 0
    public_at_close: Count | None = None
    protective_at_open: Count | None = None
    protective_at_close: Count | None = None
    problems: OptionalText = ""


class BallotAccounting(Record):
    """The ballot accounting section; `None` where the line was left empty."""

    received: Count | None = None
    voted: Count | None = None
    spoiled: Count | None = None
    provisional: Count | None = None
    abandoned: Count | None = None
    emergency_bin: Count | None = None
    unused: Count | None = None
    stubs: Count | None = None
    names_on_list_of_voters: Count | None = None


class ProtocolForm(Record):
    """Form #9 of one precinct."""

    format: Literal["zerotape-protocol-form-1"]
    precinct: PrecinctId
    devices: tuple[DeviceEntry, ...]
    seals: tuple[Seal, ...] = ()
    accounting: BallotAccounting = BallotAccounting()
    exceptions: OptionalText = ""
    certified_by: tuple[Text, ...] = ()
