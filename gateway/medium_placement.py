"""Which packets a medium speaks of: a card or a PEB of one, the flash of a terminal of several."""

from dataclasses import replace

from election.captures import Ending
from election.definition import AssignedDevice, ElectionDefinition, Precinct
from election.documents import DeviceClass
from election.findings import Finding, Severity
from election.media import FlashCard, M100Card, Medium, MediumIdentity, Peb, TerminalFlash
from gateway.checks.wording import found, listed
from gateway.contents import PacketContent
from gateway.packets import PacketKey
from gateway.placements import Placement, joined


def place_medium(medium: Medium, definition: ElectionDefinition, count_center: str) -> Placement:
    """Place `medium`; what stands on a whole flash card is placed terminal by terminal."""
    if isinstance(medium, FlashCard):
        return _place_card(medium, definition, count_center)
    identity = medium.identity
    if identity is None:
        assert isinstance(medium, TerminalFlash)  # the published old layout alone has no identity
        return _by_serial(medium, definition, count_center)
    if identity.election != definition.device_election:
        message = (
            f"{name_of_medium(medium)} belongs to another election. Put it aside in the "
            "quarantine tray and look for the right one of this precinct."
        )
        evidence = f"names {identity.election!r}, this is {definition.device_election!r}"
        return Placement(findings=(found("C01", Severity.BLOCK, message, evidence),))
    if not identity.precinct and not isinstance(medium, M100Card):
        return _by_serial(medium, definition, count_center)
    return _by_precinct(medium, identity, definition, count_center)


def refused_reading(ending: Ending, medium: str) -> Finding | None:
    """Return why nothing on a medium may be used that was not read twice as a whole; else None."""
    if ending is Ending.WHOLE:
        return None
    if ending is Ending.UNSTABLE:
        return found(
            "C06",
            Severity.BLOCK,
            f"Two readings of this {medium} differ. Remove it, set the write-protect switch, clean "
            "the contacts, read again. If it differs again, keep it and use the tape.",
        )
    return found(
        "C103",
        Severity.BLOCK,
        f"Only part of the {medium} could be read, or it was not read a second time. Nothing was "
        "counted. Read it again or use the tape procedure.",
        f"the reading ended: {ending}",
    )


def name_of_medium(medium: M100Card | Peb | TerminalFlash) -> str:
    """Return what an operator reads on the medium or its device."""
    match medium:
        case M100Card():
            return f"Memory card {medium.card}"
        case Peb():
            return f"PEB {medium.peb}"
        case TerminalFlash():
            return f"The flash of terminal {medium.terminal}"


def device_of_medium(
    medium: M100Card | Peb | TerminalFlash, precinct: Precinct
) -> AssignedDevice | None:
    """Return the device of `precinct` that `medium` belongs to, or None when it is of none."""
    for device in precinct.devices:
        match medium:
            case M100Card():
                wanted = device.device_class is DeviceClass.M100
                mine = medium.scanner == device.serial or medium.card in device.media
            case Peb():
                wanted = device.device_class is DeviceClass.IVOTRONIC
                mine = medium.peb == device.serial or medium.peb in device.media
            case TerminalFlash():
                wanted = True
                mine = medium.terminal in device.terminal_serials
        if wanted and mine:
            return device
    return None


def precincts_of_medium(
    medium: M100Card | Peb | TerminalFlash, definition: ElectionDefinition
) -> tuple[tuple[Precinct, AssignedDevice], ...]:
    """Return the precincts that `medium` may be of by its serial, with its device in each."""
    devices = ((each, device_of_medium(medium, each)) for each in definition.precincts)
    return tuple((precinct, device) for precinct, device in devices if device is not None)


def _place_card(card: FlashCard, definition: ElectionDefinition, count_center: str) -> Placement:
    """Place every terminal; what is wrong with the card is wrong with all that stands on it."""
    if not card.terminals:
        return Placement(findings=(_empty(card),))
    return joined(
        place_medium(replace(each, damage=(*each.damage, *card.damage)), definition, count_center)
        for each in card.terminals
    )


def _empty(card: FlashCard) -> Finding:
    name = f"The CompactFlash card {card.card}".rstrip()
    if card.damage:
        message = (
            f"{name} is damaged, and no terminal's audit data can be read. Keep it in a marked "
            "envelope; have the audit data copied again."
        )
        return found("C04", Severity.BLOCK, message, listed(card.damage))
    return found("C66", Severity.WARN, f"{name} holds no terminal's audit data. It is kept.")


def _by_precinct(
    medium: M100Card | Peb | TerminalFlash,
    identity: MediumIdentity,
    definition: ElectionDefinition,
    count_center: str,
) -> Placement:
    precinct = definition.precinct_by_number.get(identity.precinct)
    name = name_of_medium(medium)
    if precinct is None:
        return _refused(
            "C36", f"{name} names precinct {identity.precinct:04}, which is not in this election."
        )
    if precinct.count_center != count_center:
        return _refused(
            "C36",
            f"{name} is of precinct {identity.precinct:04}, which reports to "
            f"count center {precinct.count_center}.",
        )
    device = device_of_medium(medium, precinct)
    devices = precinct.devices if device is None else (device,)  # a stranger's: C24 blocks them all
    return _in_packets(precinct, devices, medium)


def _by_serial(
    medium: Peb | TerminalFlash, definition: ElectionDefinition, count_center: str
) -> Placement:
    """Place a medium that names no single precinct where its PEB or terminal belongs."""
    places = [
        _in_packets(precinct, (device,), medium)
        for precinct, device in precincts_of_medium(medium, definition)
        if precinct.count_center == count_center
    ]
    if places:
        return joined(places)
    return _refused("C24", f"{name_of_medium(medium)} belongs to no precinct of this count center.")


def _in_packets(
    precinct: Precinct, devices: tuple[AssignedDevice, ...], content: PacketContent
) -> Placement:
    groups = dict.fromkeys(device.counting_group for device in devices)
    return Placement(tuple((PacketKey(precinct.id, group), content) for group in groups))


def _refused(check: str, reason: str) -> Placement:
    message = (
        f"{reason} Put it aside; do not enter it under any precinct. Check the white ID card on "
        "Bag #1 and the form."
    )
    return Placement(findings=(found(check, Severity.BLOCK, message),))
