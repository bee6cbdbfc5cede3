"""The night inside the guest: the real daemons, and devices that are pulled out in mid-read.

Run by `rig.run` within the virtual machine; prints what it needs done by hand, and at last what
came of the night.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rig import card_memory
from rig.devices import ADAPTER, CRADLE, GATEWAY_DEVICES, READER, STICK
from rig.election import SEED, definition_bytes, leavings
from rig.requests import RESULT_MARK, Act, Request
from simulators.county import County, Pace
from simulators.demo.outcome import differences, expected_cells, exported_cells
from simulators.simulated_votes import cast_ballots
from simulators.truth import count_ballots

SLOWNESS = 30.0
"""An emulated processor is so many times slower than a real one."""

STEP_S = 600.0
"""Longest wait for one step of the night."""

LOOK_S = 0.3


class StepFailed(Exception):
    """A step of the night did not come to its end."""


@dataclass
class Night:
    """One night at the desk of the gateway."""

    county: County

    def __post_init__(self) -> None:
        [self._center] = self.county.centers
        self._gateway = self.county.gateways[self._center]
        self.evidence = 0

    def run(self) -> dict[str, Any]:
        """Play the night; return what came of it."""
        self._print_tapes()
        self._read_with_a_pull(STICK, "")
        self._ask(Act.INSERT, READER, "audit-card")
        self._read_with_a_pull(READER, "")
        self._ask(Act.INSERT, CRADLE, "master-peb")
        self._read_with_a_pull(CRADLE, "")
        self._ask(Act.INSERT, CRADLE, "voter-peb")
        self._until("the second PEB is kept", lambda: self._grown(1))
        self._until("central confirmed the packet", self._confirmed)
        return self._compared()

    def _print_tapes(self) -> None:
        """Pull the adapter out within the first tape, then print all tapes."""
        self._ask(Act.PLUG, ADAPTER)
        self._until("the line is open", lambda: self._state(ADAPTER) == "serving")
        self._ask(Act.PRINT, ADAPTER, "half")
        time.sleep(1)  # what is under way arrives
        self._ask(Act.UNPLUG, ADAPTER)
        self._until("the line is gone", lambda: self._state(ADAPTER) == "waiting")
        self._until("half a tape is kept", lambda: self._grown(1))
        self._ask(Act.PLUG, ADAPTER)
        self._until("the line is open again", lambda: self._state(ADAPTER) == "serving")
        for _device in range(2):
            for kind in ("zero", "results"):
                self._ask(Act.PRINT, ADAPTER, f"{kind}-{_device}")
                self._until(f"the {kind} tape is kept", lambda: self._grown(1))

    def _read_with_a_pull(self, device: str, medium: str) -> None:
        """Pull `device` out in mid-read, and plug it in again for a whole reading."""
        if medium:
            self._ask(Act.INSERT, device, medium)
        self._ask(Act.PLUG, device)
        self._until(f"{device} is being read", lambda: self._done(device) > 0)
        self._ask(Act.UNPLUG, device)
        self._until(f"{device} is gone", lambda: self._state(device) == "waiting")
        self._until(f"a part of what is in {device} is kept", lambda: self._grown(1))
        self._ask(Act.PLUG, device)
        self._until(f"{device} is read", lambda: self._grown(1))

    def _compared(self) -> dict[str, Any]:
        loaded = self.county.loaded
        [precinct] = loaded.definition.precincts
        truth = count_ballots(loaded.definition, cast_ballots(loaded.definition, precinct, SEED))
        totals = self.county.folder / "totals.csv"
        self.county.export_totals(totals)
        expected = expected_cells(truth, loaded.definition, frozenset({precinct.id}))
        wrong = differences(expected, exported_cells(totals))
        view = self._view()
        return {
            "cells": len(expected),
            "wrong": wrong,
            "evidence": view["evidence"],
            "put_aside": [each["reason"] for each in view["unplaced"]],
            "findings": [
                f"{finding['check']} {finding['severity']}"
                for packet in view["packets"]
                for finding in packet["findings"]
            ],
        }

    def _ask(self, act: Act, device: str, what: str = "") -> None:
        sys.stdout.write(Request(act, device, what).line() + "\n")
        sys.stdout.flush()

    def _view(self) -> dict[str, Any]:
        view: dict[str, Any] = self._gateway.ask("/api/overview")
        return view

    def _device(self, name: str) -> dict[str, Any]:
        found = (each for each in self._view()["devices"] if each["name"] == name)
        return next(found, {})

    def _state(self, name: str) -> str:
        return str(self._device(name).get("state"))

    def _done(self, name: str) -> int:
        return int(self._device(name).get("done_bytes") or 0)

    def _grown(self, by: int) -> bool:
        """Say whether `by` more pieces of evidence are kept than when this was last true."""
        now = int(self._view()["evidence"])
        if now < self.evidence + by:
            return False
        self.evidence = now
        return True

    def _confirmed(self) -> bool:
        return [packet["state"] for packet in self._view()["packets"]] == ["confirmed"]

    def _until(self, what: str, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + STEP_S
        while not is_so():
            if time.monotonic() > deadline:
                view = json.dumps(self._view(), indent=1)
                raise StepFailed(f"Not within {STEP_S:.0f} s: {what}.\n{view}")
            time.sleep(LOOK_S)
        sys.stdout.write(f"RIG {time.monotonic():.0f} s: {what}\n")
        sys.stdout.flush()


def main() -> int:
    """Play one night in a folder of the guest's own; exit status 1 when it fails."""
    if not _card_memory_is_read():
        return 1
    with tempfile.TemporaryDirectory(prefix="rig-") as folder:
        county = County(
            Path(folder),
            definition_bytes(),
            "mosquitto",
            pace=Pace(resend_s=10.0, idle_s=20.0, patience=SLOWNESS),
            devices=GATEWAY_DEVICES,
        )
        try:
            with county:
                result = Night(county).run()
        except StepFailed as error:
            sys.stdout.write(f"{error}\n")
            for log in sorted(Path(folder).glob("*.log")):
                sys.stdout.write(f"--- {log.name}\n{log.read_text()[-4000:]}\n")
            return 1
    sys.stdout.write(RESULT_MARK + json.dumps(result) + "\n")
    return 1 if result["wrong"] else 0


def _card_memory_is_read() -> bool:
    """Read a card through the kernel's MTD; print what came of it."""
    _, (scanner, _) = leavings()
    [image] = scanner.media.values()
    card_memory.fill(image)
    seen = card_memory.read()
    sys.stdout.write(f"RIG memory card: {seen.refused}\n")
    sys.stdout.write(f"RIG memory card: {seen.ending}, {'; '.join(seen.facts)}\n")
    is_right = card_memory.is_card(seen, image)
    sys.stdout.write(f"RIG memory card: {'equal' if is_right else 'NOT EQUAL'}\n")
    sys.stdout.flush()
    return is_right


if __name__ == "__main__":
    sys.exit(main())
