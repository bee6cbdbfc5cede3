"""Totals that come from cards and PEBs, through real processes: central has what was voted.

The polling place is simulated, and so is every device: a print line and a cradle behind ptys, a
card reader that is an image file, a folder for the image of the audit card. Two things go wrong:
the cradle is unplugged in mid-read, and the card's image is there before it is whole.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from election.definition_file import load_definition
from simulators.brokers import BrokerKind
from simulators.county import County
from simulators.cradle.cable import Cable
from simulators.cradle.cradle_port import CradlePort
from simulators.cradle.link_server import LinkServer
from simulators.cradle.peb_in_slot import PebInSlot
from simulators.demo.outcome import differences, expected_cells, exported_cells
from simulators.polling_place.evening import leavings_of
from simulators.polling_place.leavings import Leavings
from simulators.printer_line import PrinterLine
from simulators.sample import sample_definition_bytes
from simulators.simulated_votes import cast_ballots
from simulators.tape_printing import print_tape
from simulators.truth import count_ballots

Rows = Callable[[Path, str], list[tuple[Any, ...]]]

SEED = 11
VOTER_PEB = "299901"
PATIENCE_S = 40.0
IN_MID_READ = 3_000
"""Bytes on the cable of the cradle: beyond its greeting, within the first reading."""

DEVICES = """\
[[devices]]
name = "printer"
driver = "print-line"
settings = {{ url = "{folder}/{center}-printer", idle_s = {idle_s} }}

[[devices]]
name = "cards"
driver = "pc-card"
settings = {{ path = "{folder}/card.img", poll_s = 0.05 }}

[[devices]]
name = "cradle"
driver = "peb-cradle"
settings = {{ url = "{folder}/cradle", poll_s = 0.05 }}

[[devices]]
name = "drop"
driver = "drop-folder"
settings = {{ folder = "{folder}/{center}-drop", settle_s = 0.05, poll_s = 0.05 }}
"""


def definition() -> bytes:
    """Return the first precinct of the sample, whose totals come from media."""
    sample = json.loads(sample_definition_bytes())
    precinct = sample["precincts"][0]
    for device in precinct["devices"]:
        device["reported_by"] = "medium"
        if device["device_class"] == "ivotronic":
            device["media"] = [VOTER_PEB]
    sample["precincts"] = [precinct]
    sample["count_centers"] = [
        center for center in sample["count_centers"] if center["id"] == precinct["count_center"]
    ]
    return json.dumps(sample).encode()


class Evening:
    """The desk of a count center, and what one precinct brings to it."""

    def __init__(self, county: County, rows: Rows) -> None:
        [self.center] = county.centers
        self.county = county
        self.store = county.folder / f"{self.center}-state" / "gateway.sqlite"
        self._rows = rows

    def view(self) -> dict[str, Any]:
        view: dict[str, Any] = self.county.gateways[self.center].ask("/api/overview")
        return view

    def device(self, name: str) -> dict[str, Any]:
        return next(each for each in self.view()["devices"] if each["name"] == name)

    def endings(self, device: str) -> list[str]:
        captures = f"SELECT ending FROM captures WHERE device = '{device}' ORDER BY id"
        return [ending for (ending,) in self._rows(self.store, captures)]

    async def until(self, is_so: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not is_so():
            if time.monotonic() > deadline:
                pytest.fail(f"not within {PATIENCE_S:.0f} s: {what}\n{json.dumps(self.view())}")
            await asyncio.sleep(0.05)

    async def read_card(self, image: bytes) -> None:
        """Bring the image of a card of which only a part is there at first."""
        path = self.county.folder / "card.img"
        _appear(path, image[: len(image) // 2])
        await self.until(lambda: "Take it out" in self.device("cards")["what_to_do"], "half")
        assert [packet["state"] for packet in self.view()["packets"]] != ["confirmed"]
        _appear(path, image)
        await self.until(lambda: len(self.endings("cards")) == 2, "the whole card is kept")

    async def read_pebs(self, master: bytes, voter: bytes) -> None:
        """Pull the cable of the cradle within the master PEB, and plug it in again."""
        server = LinkServer()
        server.faults.unplug_after_byte = IN_MID_READ
        server.insert(PebInSlot.of_image(master))
        async with CradlePort(self.county.folder / "cradle", Cable(server)) as port:
            await self.until(lambda: self.endings("cradle") == ["unplugged"], "a part is kept")
            await self.until(lambda: self.device("cradle")["state"] == "waiting", "it is gone")
            server.faults.clear()
            port.plug()
            await self.until(lambda: len(self.endings("cradle")) == 2, "the master is kept")
            await port.tell(server.pull())
            await port.tell(server.insert(PebInSlot.of_image(voter)))
            await self.until(lambda: len(self.endings("cradle")) == 3, "the other PEB is kept")
        assert self.endings("cradle") == ["unplugged", "whole", "whole"]


@asynccontextmanager
async def printer(evening: Evening) -> AsyncIterator[Callable[[Leavings], Any]]:
    """Yield a function that prints both tapes of a device."""
    with PrinterLine(evening.county.printer_line(evening.center)) as line:

        async def print_both(left: Leavings) -> None:
            assert left.results is not None
            for tape in (left.zero, left.results):
                before = len(evening.endings("printer"))
                await evening.until(
                    lambda: evening.device("printer")["state"] == "serving", "the line is open"
                )
                await line.print_out(print_tape(tape))
                await evening.until(
                    lambda seen=before: len(evening.endings("printer")) > seen,  # type: ignore[misc]  # bound early
                    "the tape is kept",
                )

        yield print_both


@pytest.mark.timeout(120)
async def test_central_has_what_was_voted_although_a_cable_was_pulled_and_an_image_was_late(
    tmp_path: Path, broker_kind: BrokerKind, rows: Rows
) -> None:
    loaded = load_definition(definition(), "the evening")
    [precinct] = loaded.definition.precincts
    scanner, terminals = leavings_of(loaded.definition, loaded.sha256, precinct, SEED)
    [card] = scanner.media.values()
    master, voter = terminals.media.values()
    with County(tmp_path, definition(), broker_kind, devices=DEVICES) as county:
        evening = Evening(county, rows)
        _appear(county.drop_folder(evening.center) / "audit-card.img", terminals.audit_card)
        await evening.until(lambda: evening.endings("drop") == ["whole"], "the audit card is kept")
        async with printer(evening) as print_both:
            await print_both(scanner)
            await print_both(terminals)
        await evening.read_card(card)
        await evening.read_pebs(master, voter)
        await evening.until(
            lambda: [each["state"] for each in evening.view()["packets"]] == ["confirmed"],
            "central confirmed the packet",
        )
        county.export_totals(tmp_path / "totals.csv")
        [packet] = evening.view()["packets"]
        put_aside = evening.view()["unplaced"]
    truth = count_ballots(loaded.definition, cast_ballots(loaded.definition, precinct, SEED))
    expected = expected_cells(truth, loaded.definition, frozenset({precinct.id}))
    assert sum(expected.values()) > 0
    assert differences(expected, exported_cells(tmp_path / "totals.csv")) == []
    assert packet["findings"] == []
    assert len(put_aside) == 2  # half a card, and half a PEB


def _appear(path: Path, content: bytes) -> None:
    """Put a file in its place at once, as a card manager does."""
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.rename(path)
