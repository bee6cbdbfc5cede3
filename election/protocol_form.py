"""The precinct's protocol form (Form #9) as the workers filled it in.

Fields follow the procedures of the Pulaski County poll worker guide of 2016; the guide prints
the form only as a picture, so the names are ours.
"""

from typing import Annotated, Literal

from pydantic import Field

from election.definition import Serial
from election.documents import DeviceClass
from election.records import Count, OptionalText, PrecinctId, Record, Text, UtcInstant


class Seal(Record):
    """One numbered seal, from applying to removal."""

    kind: Text
    number: Text
    location: Text
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
