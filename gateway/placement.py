"""Which packets a document speaks of."""

from dataclasses import dataclass

from election.definition import ElectionDefinition, Precinct, ReportedBy
from election.definition_file import LoadedDefinition
from election.documents import Document, Tape, VoteImagePrecinct
from election.findings import Finding, Severity
from gateway.checks.wording import found, listed, name_of_unit
from gateway.packets import PacketKey
from gateway.reports import printing_device


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a document goes. What has no place has a finding instead; nothing vanishes."""

    parts: tuple[tuple[PacketKey, Tape | VoteImagePrecinct], ...] = ()
    findings: tuple[Finding, ...] = ()


def place(document: Document, loaded: LoadedDefinition, count_center: str) -> Placement:
    """Place `document` as a whole, or precinct by precinct where it is a vote image log."""
    definition = loaded.definition
    if document.election != definition.device_election:
        message = (
            "This item belongs to another election. Put it aside in the quarantine tray and look "
            "for the right item of this precinct."
        )
        evidence = f"names {document.election!r}, this is {definition.device_election!r}"
        return Placement(findings=(found("C01", Severity.BLOCK, message, evidence),))
    contents = (document,) if isinstance(document, Tape) else document.precincts
    placed = [_place_one(content, definition, count_center) for content in contents]
    return Placement(
        tuple(part for placement in placed for part in placement.parts),
        tuple(finding for placement in placed for finding in placement.findings),
    )


def _place_one(
    content: Tape | VoteImagePrecinct, definition: ElectionDefinition, count_center: str
) -> Placement:
    number = content.precinct if isinstance(content, Tape) else content.number
    precinct = definition.precinct_by_number.get(number)
    if precinct is None:
        return _refused("C36", f"Precinct {number:04} is not in this election.", content)
    if precinct.count_center != count_center:
        return _refused(
            "C36", f"Precinct {number:04} reports to count center {precinct.count_center}.", content
        )
    groups = _counting_groups(content, precinct)
    if not groups:
        return _refused("C24", f"No machine of precinct {number:04} reports in this way.", content)
    return Placement(tuple((PacketKey(precinct.id, group), content) for group in groups))


def _counting_groups(content: Tape | VoteImagePrecinct, precinct: Precinct) -> tuple[str, ...]:
    """Return the groups of the devices that `content` is from.

    A tape of a device that is not assigned here goes to every group, so that C24 blocks them all.
    """
    if isinstance(content, Tape):
        device = printing_device(content, precinct)
        devices = precinct.devices if device is None else (device,)
    else:
        devices = tuple(
            device for device in precinct.devices if device.reported_by is ReportedBy.VOTE_IMAGE_LOG
        )
    return tuple(dict.fromkeys(device.counting_group for device in devices))


def _refused(check: str, reason: str, content: Tape | VoteImagePrecinct) -> Placement:
    if isinstance(content, Tape):
        message = (
            f"{reason} Put the tape aside; do not enter it under any precinct. Check the white ID "
            "card on Bag #1 and the form."
        )
        evidence = f"tape of {name_of_unit(content)}, {content.precinct_name!r}"
    else:
        message = f"{reason} Put this part of the listing aside; nothing was taken from it."
        serials = listed(terminal.serial for terminal in content.terminals)
        evidence = f"listing of {content.name!r}, terminals {serials}"
    return Placement(findings=(found(check, Severity.BLOCK, message, evidence),))
