"""Which packets a document speaks of."""

from election.definition import AssignedDevice, ElectionDefinition, Precinct, ReportedBy
from election.definition_file import LoadedDefinition
from election.documents import Document, Tape, VoteImageLog, VoteImagePrecinct
from election.findings import Finding, Severity
from election.listings import EventLog, Listing, ManualChangesLog, SystemLog, TotalsListing
from election.media import FlashCard, M100Card, Peb, TerminalFlash
from election.protocol_form import ProtocolForm
from gateway.checks.wording import found, listed, name_of_unit
from gateway.log_placement import place_event_log, place_manual_changes, place_system_log
from gateway.medium_placement import place_medium
from gateway.packets import PacketKey
from gateway.placements import Placement, joined
from gateway.reports import printing_device
from gateway.totals_placement import place_totals


def place(document: Document, loaded: LoadedDefinition, count_center: str) -> Placement:
    """Place `document` as a whole, or precinct by precinct where it is a listing."""
    definition = loaded.definition
    if isinstance(document, M100Card | Peb | TerminalFlash | FlashCard):
        return place_medium(document, definition, count_center)
    if isinstance(document, ProtocolForm):
        return _place_form(document, definition, count_center)
    if refusal := _another_election(document, definition):
        return Placement(findings=(refusal,))
    if not isinstance(document, Tape | VoteImageLog):
        return _place_listing(document, definition, count_center)
    contents = (document,) if isinstance(document, Tape) else document.precincts
    return joined(_place_one(content, definition, count_center) for content in contents)


def _place_form(form: ProtocolForm, definition: ElectionDefinition, count_center: str) -> Placement:
    """Give the form to every packet of its precinct."""
    precinct = definition.precinct_by_id.get(form.precinct)
    if precinct is None or precinct.count_center != count_center:
        message = (
            f"The protocol form is of {form.precinct!r}, which is no precinct of this count "
            "center. Put it aside; check the name of the precinct."
        )
        return Placement(findings=(found("C36", Severity.BLOCK, message),))
    groups = dict.fromkeys(device.counting_group for device in precinct.devices)
    return Placement(tuple((PacketKey(precinct.id, group), form) for group in groups))


def _place_listing(
    document: Listing, definition: ElectionDefinition, count_center: str
) -> Placement:
    match document:
        case TotalsListing():
            return place_totals(document, definition, count_center)
        case EventLog():
            return place_event_log(document, definition, count_center)
        case ManualChangesLog():
            return place_manual_changes(document, definition, count_center)
        case SystemLog():
            return place_system_log(document, definition, count_center)


def _another_election(
    document: Tape | VoteImageLog | Listing, definition: ElectionDefinition
) -> Finding | None:
    named = (
        document.election if isinstance(document, Tape | VoteImageLog) else document.head.election
    )
    if isinstance(document, TotalsListing) and not named:
        return None  # they print no ELECTION ID; C01 looks for the date of the election instead
    if named == definition.device_election:
        return None
    message = (
        "This item belongs to another election. Put it aside in the quarantine tray and look "
        "for the right item of this precinct."
    )
    evidence = f"names {named!r}, this is {definition.device_election!r}"
    return found("C01", Severity.BLOCK, message, evidence)


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
        devices = tuple(device for device in precinct.devices if _is_shown(device, content))
    return tuple(dict.fromkeys(device.counting_group for device in devices))


def _is_shown(device: AssignedDevice, content: VoteImagePrecinct) -> bool:
    """Say whether `content` speaks of `device`: counts for it, or can be held against it."""
    if device.reported_by is ReportedBy.TOTALS_LISTING:
        return bool(
            {terminal.serial for terminal in content.terminals} & {*device.terminal_serials}
        )
    return device.reported_by is ReportedBy.VOTE_IMAGE_LOG


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
