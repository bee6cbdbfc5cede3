"""The faults that are thrown in one rehearsal, as they are written behind `--fault`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches

from election.errors import ZerotapeError
from parsers.media.peb.layout import PAGES
from simulators.bench.fault_kinds import Argument, FaultKind, Simulator
from simulators.bench.fault_list import FAULTS, Fault, faults_of

MOST_COUNT = 1_000_000
LONGEST = timedelta(days=3_650)
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
FORMS: Mapping[Argument, tuple[re.Pattern[str], str]] = {
    Argument.COUNT: (re.compile(r"[0-9]{1,7}"), "a whole number from 1 on"),
    Argument.PAGE: (re.compile(r"[0-9]{1,4}"), f"a page, from 0 to {PAGES - 1}"),
    Argument.FRACTION: (re.compile(r"0?\.[0-9]{1,6}"), "a part between 0 and 1, such as 0.6"),
    Argument.BALLOTS: (
        re.compile(r"([0-9]{1,7})(?:-([0-9]{1,7}))?"),
        "ballots, such as 201-260, or 201 for all from there on",
    ),
    Argument.DURATION: (re.compile(r"([+-]?[0-9]{1,7})([smhd])"), "a time, such as -66h or +90m"),
}


class BadFault(ZerotapeError):
    """A `--fault` that nobody knows, or with a value that it does not take."""


@dataclass(frozen=True, slots=True)
class ThrownFaults:
    """Faults by name, each with the text of its value; checked by `parse_faults`."""

    values: Mapping[str, str] = field(default_factory=dict)

    def __contains__(self, fault: Fault) -> bool:
        return fault in self.values

    @property
    def kinds(self) -> tuple[FaultKind, ...]:
        """Return what was thrown."""
        return tuple(FAULTS[name] for name in self.values)

    def count(self, fault: Fault) -> int | None:
        """Return the number of `fault`; None when it is not thrown."""
        text = self.values.get(fault)
        return None if text is None else int(text)

    def fraction(self, fault: Fault) -> float | None:
        """Return the part of `fault`; None when it is not thrown."""
        text = self.values.get(fault)
        return None if text is None else float(text)

    def duration(self, fault: Fault) -> timedelta:
        """Return the time of `fault`; nothing when it is not thrown."""
        text = self.values.get(fault)
        if text is None:
            return timedelta()
        return timedelta(**{UNITS[text[-1]]: int(text[:-1])})

    def ballots(self, fault: Fault) -> tuple[int, int | None] | None:
        """Return first and last ballot of `fault`, None for no last; None: it is not thrown."""
        text = self.values.get(fault)
        if text is None:
            return None
        first, _, last = text.partition("-")
        return int(first), int(last) if last else None


def parse_faults(texts: Iterable[str], simulator: Simulator | None = None) -> ThrownFaults:
    """Read `NAME` or `NAME=VALUE`, each at most once; raise BadFault.

    `simulator` None is the bench, at which every fault can be thrown.
    """
    values: dict[str, str] = {}
    for text in texts:
        name, has_value, value = text.strip().partition("=")
        kind = _known(name, simulator)
        if name in values:
            raise BadFault(f"{name} is given twice. Give it once.")
        values[name] = _checked(kind, value if has_value else kind.default, given=bool(has_value))
    return ThrownFaults(values)


def _known(name: str, simulator: Simulator | None) -> FaultKind:
    kinds = {kind.name: kind for kind in faults_of(simulator)}
    if name in kinds:
        return kinds[name]
    listed = ", ".join(kinds)
    if name in FAULTS:
        where = " and ".join(FAULTS[name].simulators)
        raise BadFault(f"{name} is a fault of {where}, not of {simulator}, which has: {listed}.")
    near = get_close_matches(name, kinds, n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    raise BadFault(f"{name!r} is no fault.{meant} There are: {listed}.")


def _checked(kind: FaultKind, value: str, *, given: bool) -> str:
    if kind.argument is Argument.NONE:
        if given:
            raise BadFault(f"{kind.name} takes no value. Write it without `=`.")
        return ""
    pattern, words = FORMS[kind.argument]
    if not pattern.fullmatch(value) or not _is_within(kind.argument, value):
        raise BadFault(f"{kind.name} takes {words}, not {value!r}. For example: {kind.usage}.")
    return value


def _is_within(argument: Argument, value: str) -> bool:
    match argument:
        case Argument.COUNT:
            return 0 < int(value) <= MOST_COUNT
        case Argument.PAGE:
            return int(value) < PAGES
        case Argument.FRACTION:
            return 0 < float(value) < 1
        case Argument.BALLOTS:
            first, _, last = value.partition("-")
            return 0 < int(first) <= int(last or first)
        case _:
            return abs(timedelta(**{UNITS[value[-1]]: int(value[:-1])})) <= LONGEST
