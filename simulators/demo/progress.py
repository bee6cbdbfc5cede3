"""What a person watches during the night: one line per precinct, as its gateway tells it."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from simulators.county import County

SHOWN_AS = {
    "awaiting": ("nothing yet", "dim"),
    "collecting": ("some tapes are in", ""),
    "blocked": ("BLOCKED", "bold red"),
    "held": ("HELD", "bold yellow"),
    "ready": ("ready", ""),
    "released": ("sent", "cyan"),
    "confirmed": ("confirmed by central", "green"),
}
"""Words carry the meaning; color only helps."""


@dataclass(frozen=True, slots=True)
class PrecinctProgress:
    """Where one packet stands."""

    precinct: str
    """Its id."""
    name: str
    count_center: str
    state: str
    remark: str
    """The most serious finding, or what is awaited."""


def progress_of(county: County) -> list[PrecinctProgress]:
    """Ask every gateway; one that does not answer is left out."""
    found: list[PrecinctProgress] = []
    for center, gateway in county.gateways.items():
        try:
            view = gateway.ask("/api/overview")
        except OSError:
            continue
        found += [
            PrecinctProgress(
                precinct=packet["key"]["precinct"],
                name=packet["precinct_name"],
                count_center=center,
                state=packet["state"],
                remark=_remark(packet["findings"], packet["awaited"]),
            )
            for packet in view["packets"]
        ]
    return found


def settled(progress: Iterable[PrecinctProgress], expected: frozenset[str]) -> bool:
    """Say whether every precinct in `expected` is confirmed."""
    confirmed = {entry.precinct for entry in progress if entry.state == "confirmed"}
    return expected <= confirmed


def progress_table(progress: list[PrecinctProgress], title: str) -> Table:
    """Return the table for the terminal."""
    done = sum(entry.state == "confirmed" for entry in progress)
    table = Table(
        title=title,
        caption=f"{done} of {len(progress)} precincts confirmed by central",
        expand=True,
    )
    table.add_column("Precinct", no_wrap=True, min_width=_longest_name(progress))
    table.add_column("Center", no_wrap=True, min_width=8)
    table.add_column("State", no_wrap=True, min_width=20)
    table.add_column("Remark", overflow="ellipsis", no_wrap=True, ratio=1)
    for entry in progress:
        words, style = SHOWN_AS.get(entry.state, (entry.state, ""))
        table.add_row(entry.name, entry.count_center, Text(words, style), entry.remark)
    return table


def _longest_name(progress: list[PrecinctProgress]) -> int:
    return max((len(entry.name) for entry in progress), default=8)


def _remark(findings: list[dict[str, str]], awaited: list[str]) -> str:
    worst = sorted(findings, key=lambda f: ["block", "two-person", "warn"].index(f["severity"]))
    if worst:
        return f"{worst[0]['check']}: {worst[0]['message']}"
    return f"awaited: {'; '.join(awaited)}" if awaited else ""
