"""How numbers, times and states are written on pages."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jinja2 import Environment, PackageLoader, StrictUndefined

from central.ballot_lines import ballot_lines
from central.precinct_states import Reporting
from election.definition import ElectionDefinition
from election.errors import DefinitionError

SIGNS = {Reporting.NOT_IN: "○", Reporting.PARTLY: "◐", Reporting.COMPLETE: "●"}
"""Shape beside the word, so that state is never told by colour."""


def percent(part: int, whole: int) -> str:
    """Return `part` of `whole` in percent, half up to two places (`reporting.md` 2.11)."""
    if whole == 0:
        return "not available"
    hundredths = (20_000 * part + whole) // (2 * whole)
    if part and hundredths == 0:
        return "<0.01 %"
    if part < whole and hundredths >= 10_000:
        return ">99.99 %"
    return f"{hundredths // 100}.{hundredths % 100:02} %"


def thousands(number: int) -> str:
    """Return `number` with commas."""
    return f"{number:,}"


def page_templates(definition: ElectionDefinition) -> Environment:
    """Return the templates, with what every page shows filled in.

    Raises DefinitionError when this machine does not know the time zone.
    """
    pages = Environment(
        loader=PackageLoader("central.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    zone = _zone(definition.time_zone)

    def local_time(at: datetime) -> str:
        return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z")

    def utc(at: datetime) -> str:
        return at.astimezone(UTC).isoformat(timespec="seconds")

    pages.filters.update(
        thousands=thousands, local_time=local_time, utc=utc, sign=lambda state: SIGNS[state]
    )
    pages.globals.update(definition=definition, percent=percent, lines_of=ballot_lines)
    return pages


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        problem = f"time_zone: this machine knows no zone {name!r}"
        raise DefinitionError("the definition", [problem]) from error
