"""Whether the protocol form (Form #9) balances, and agrees with what the machines counted.

A line that was left empty is not evaluated.
"""

from collections.abc import Iterator

from election.definition_file import LoadedDefinition
from election.documents import DeviceClass
from election.findings import Finding, Severity
from election.protocol_form import ProtocolForm, SealPlace
from gateway.checks.wording import found, listed, name_of_device
from gateway.packets import History, Packet
from gateway.reports import counting_results


def one_form(packet: Packet, _loaded: LoadedDefinition, _history: History) -> Iterator[Finding]:
    """C35: there is one form of the precinct."""
    if len(packet.forms) > 1:
        yield found(
            "C35",
            Severity.TWO_PERSON,
            "Two protocol forms of this precinct differ. The last one is held against the "
            "machines. Lay both beside the paper form; the supervisor says which one is right.",
        )


def voters_signed(packet: Packet, loaded: LoadedDefinition, _history: History) -> Iterator[Finding]:
    """C18: as many ballots as names on the List of Voters."""
    form = _form_of_the_day(packet, loaded)
    names = form.accounting.names_on_list_of_voters if form else None
    ballots = sum(tape.ballots for _, tape in counting_results(packet, loaded.definition))
    if names is not None and ballots and names != ballots:
        yield found(
            "C18",
            Severity.TWO_PERSON,
            f"{ballots} ballots, {names} names on the List of Voters. Check the abandoned ballot "
            "log and the poll book; write the reason.",
        )


def ballots_balance(
    packet: Packet, _loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C19: ballots received are voted, spoiled, provisional, abandoned, emergency or unused."""
    if packet.form is None:
        return
    lines = packet.form.accounting
    needed = (lines.received, lines.voted, lines.unused)
    if lines.received is None or None in needed:
        return
    used = (
        *(lines.voted, lines.spoiled, lines.provisional),
        *(lines.abandoned, lines.emergency_bin, lines.unused),
    )
    unaccounted = lines.received - sum(count or 0 for count in used)
    if unaccounted:
        yield found(
            "C19",
            Severity.TWO_PERSON,
            f"{abs(unaccounted)} ballots are {'missing' if unaccounted > 0 else 'too many'}. "
            "Count unused and spoiled ballots again, then look under the diverter and in the "
            "emergency bin.",
            f"received {lines.received}",
        )


def stubs_fit(packet: Packet, _loaded: LoadedDefinition, _history: History) -> Iterator[Finding]:
    """C88: a stub for every paper ballot that was issued."""
    if packet.form is None:
        return
    lines = packet.form.accounting
    if lines.stubs is None or lines.voted is None:
        return
    issued = sum(
        count or 0 for count in (lines.voted, lines.spoiled, lines.provisional, lines.abandoned)
    )
    if lines.stubs != issued:
        yield found(
            "C88",
            Severity.TWO_PERSON,
            f"{lines.stubs} stubs for {issued} issued ballots. Count again; look for a ballot "
            "issued without removing the stub.",
        )


def form_shows_the_same_count(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C15: the form has the public count that the tape shows."""
    form = packet.form
    if form is None:
        return
    counts = {(d.device_class, d.serial): d.public_at_close for d in form.devices}
    for device, tape in counting_results(packet, loaded.definition):
        written = counts.get((device.device_class, device.serial))
        if written is not None and written != tape.ballots:
            yield found(
                "C15",
                Severity.BLOCK,
                f"Tape and form of {name_of_device(device)} show different ballot counts: "
                f"{tape.ballots}, {written}. Count the ballots by hand with two people.",
            )


def provisional_bag(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C83: the orange bag is sealed exactly when it holds provisional ballots."""
    form = _form_of_the_day(packet, loaded)
    cast = form.accounting.provisional if form else None
    if form is None or cast is None:
        return
    numbers = [seal.number for seal in form.seals if seal.place is SealPlace.ORANGE_BAG]
    if cast and not numbers:
        message = f"{cast} provisional ballots were cast. The orange bag needs its seal number."
    elif numbers and not cast:
        message = "The orange bag is expected empty, unsealed, without number."
    else:
        return
    yield found("C83", Severity.TWO_PERSON, message, listed(f"seal {n}" for n in numbers))


def write_in_box(packet: Packet, loaded: LoadedDefinition, _history: History) -> Iterator[Finding]:
    """C84: a sealed write-in box exactly when the scanner diverted write-in ballots."""
    form = _form_of_the_day(packet, loaded)
    if form is None or not form.seals:
        return
    diverted = sum(
        tape.write_in_ballots or 0
        for device, tape in counting_results(packet, loaded.definition)
        if device.device_class is DeviceClass.M100
    )
    sealed = any(seal.place is SealPlace.WRITE_IN_BOX for seal in form.seals)
    if bool(diverted) != sealed:
        said = "no write-in box" if diverted else "a sealed write-in box"
        yield found(
            "C84",
            Severity.TWO_PERSON,
            f"There are {diverted} write-in ballots, but {said}. Look in compartment B and under "
            "the diverter.",
        )


def _form_of_the_day(packet: Packet, loaded: LoadedDefinition) -> ProtocolForm | None:
    """Return the form where the packet holds the votes of election day; else None."""
    groups = {group.id: group for group in loaded.definition.counting_groups}
    return None if groups[packet.key.counting_group].early else packet.form
