"""Findings as the checks write them: bounded texts, and names that an operator can look for."""

from collections.abc import Iterable

from election.definition import AssignedDevice, ReportedBy
from election.documents import DeviceClass, Tape
from election.findings import Finding, Severity

MOST_CHARACTERS = 500
"""Of a message and of its evidence: the bound of `Finding`."""

MOST_NAMED = 6
"""Longer lists are cut short and say so."""

_MILDER = {
    Severity.BLOCK: Severity.TWO_PERSON,
    Severity.TWO_PERSON: Severity.WARN,
    Severity.WARN: Severity.WARN,
}


def found(check: str, severity: Severity, message: str, evidence: str = "") -> Finding:
    """Return a finding whose texts fit, cut with an ellipsis where they are too long."""
    return Finding(check=check, severity=severity, message=_cut(message), evidence=_cut(evidence))


def flawed(
    check: str,
    severity: Severity,
    what: str,
    next_step: str,
    evidence: str,
    *,
    replaced: bool,
) -> Finding:
    """Return a finding on a flawed report; one step milder when a sound one has `replaced` it."""
    if not replaced:
        return found(check, severity, f"{what} {next_step}", evidence)
    kept = "A sound report from the same source is here and counts; this one is kept beside it."
    return found(check, _MILDER[severity], f"{what} {kept}", evidence)


def wrong_contests(what: str, wrong: list[str]) -> Finding:
    """Return the finding that `what` does not carry the contests of its precinct (C03)."""
    message = (
        f"{what} does not carry the contests of this precinct. Do not add it. Check precinct "
        "number and definition version with the programming staff."
    )
    return found("C03", Severity.BLOCK, message, listed(wrong))


def zero_tape_too_late(device: AssignedDevice, evidence: str) -> Finding:
    """Return the finding that the zero tape of `device` came after its first ballot (C11)."""
    message = (
        f"The zero tape of {name_of_device(device)} was printed after voting began. Note who found "
        "it and why, and get two signatures."
    )
    return found("C11", Severity.TWO_PERSON, message, evidence)


def listed(items: Iterable[object]) -> str:
    """Return the first items with commas between them, and how many more there are."""
    texts = [str(item) for item in items]
    more = len(texts) - MOST_NAMED
    return ", ".join(texts[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def name_of_unit(tape: Tape) -> str:
    """Return what printed `tape`, as it is written on the machine."""
    return _unit(tape.device_class, tape.unit)


def name_of_device(device: AssignedDevice) -> str:
    """Return what an operator looks for when this device is missing."""
    if device.reported_by is ReportedBy.VOTE_IMAGE_LOG:
        return f"terminal {device.serial}"
    if device.reported_by is ReportedBy.TOTALS_LISTING:
        return f"totals listing {device.serial}"
    return _unit(device.device_class, device.serial)


def _unit(device_class: DeviceClass, serial: str) -> str:
    return f"M100 {serial}" if device_class is DeviceClass.M100 else f"PEB {serial}"


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
