"""Boots a real kernel, plugs devices into it, and has the real daemons read them. See `make rig`.

Exit status 0: central received what was on the media. 1: it did not. 2: the rig cannot be built
on this machine; the text says why.
"""

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rig.devices import qemu_arguments
from rig.election import leavings
from rig.hand import Hand
from rig.initial_disk import initial_disk
from rig.machine import Machine, MachineFailed
from rig.parts import Kernel, PartsMissing, cache_folder, install_programs, kernel
from rig.requests import RESULT_MARK, Request
from simulators.tape_printing import print_tape

LONGEST_S = 2400.0
ROOT = Path(__file__).parents[1]


def main() -> int:
    """Build the rig and play a night in it."""
    try:
        install_programs()
        found = kernel(cache_folder())
    except PartsMissing as error:
        _say(f"The rig cannot be built here: {error}")
        return 2
    _say(f"Kernel {found.version}")
    with tempfile.TemporaryDirectory(prefix="zt-rig-") as name:
        folder = Path(name)
        try:
            result = asyncio.run(asyncio.wait_for(_night(folder, found), LONGEST_S))
        except MachineFailed as error:
            _say(f"The rig failed: {error}")
            return 1
        except TimeoutError:
            _say(f"The rig failed: it took more than {LONGEST_S:.0f} s.")
            return 1
    return _report(result)


async def _night(folder: Path, found: Kernel) -> dict[str, Any] | None:
    _, left = leavings()
    scanner, terminals = left
    jobs = {
        f"{tape.kind}-{place}": print_tape(tape)
        for place, each in enumerate(left)
        for tape in (each.zero, each.results)
        if tape is not None
    }
    jobs["half"] = jobs["zero-0"][: len(jobs["zero-0"]) // 2]
    [card] = scanner.media.values()
    master, voter = terminals.media.values()
    media = {"master-peb": master, "voter-peb": voter, "audit-card": terminals.audit_card}
    stick = folder / "card.img"
    stick.write_bytes(card)
    disk = await asyncio.to_thread(initial_disk, found, folder)
    command = f"cd {ROOT} && {sys.executable} -m rig.night"
    result: dict[str, Any] | None = None
    async with Hand(folder, jobs, media) as hand:
        machine = Machine(found, disk, folder, command, qemu_arguments(folder, stick))
        with machine:
            hand.monitor = machine.monitor
            lines = machine.lines()
            while (line := await asyncio.to_thread(next, lines, None)) is not None:
                _say(line)
                if request := Request.on(line):
                    await hand.do(request)
                elif line.startswith(RESULT_MARK):
                    result = json.loads(line.removeprefix(RESULT_MARK))
        if machine.exit_status != 0:
            raise MachineFailed(f"the night ended with status {machine.exit_status}")
    return result


def _report(result: dict[str, Any] | None) -> int:
    if result is None:
        _say("The night said nothing of its result.")
        return 1
    for wrong in result["wrong"]:
        _say(f"WRONG: {wrong}")
    for reason in result["put_aside"]:
        _say(f"put aside: {reason}")
    _say(
        f"{result['cells']} totals at central compared, {len(result['wrong'])} wrong; "
        f"{result['evidence']} pieces of evidence; findings: {result['findings'] or 'none'}"
    )
    return 1 if result["wrong"] else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    began = time.monotonic()
    status = main()
    _say(f"rig: status {status} after {time.monotonic() - began:.0f} s")
    sys.exit(status)
