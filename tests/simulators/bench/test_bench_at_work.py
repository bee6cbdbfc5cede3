"""The bench as a process of its own, read by the gateway's drivers as its stanzas say."""

import asyncio
import os
import re
import signal
import sys
import threading
import tomllib
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest

from drivers.contract import DriverHost
from drivers.errors import DeviceGone
from drivers.registry import load_driver
from election.captures import Capture, Ending
from parsers.tapes.columns import CAN
from simulators.usb.usbredir.codec import UsbredirCodec
from simulators.usb.usbredir.packets import Capability, DeviceConnect, Hello

ROOT = Path(__file__).parents[3]
DEADLINE_S = 60.0
FRESH_S = 0.1
"""Between two tries of a driver."""


def as_sent(content: bytes) -> str:
    """Return the SHA-256 of what was printed or read.

    Whether anybody reads a line is asked with a CAN, which prints nothing: it may come ahead.
    """
    tape = content.lstrip(CAN)
    return sha256(content if tape == content else CAN + tape).hexdigest()


@dataclass
class Rehearsal:
    """A process of `zerotape simulate`, and the drivers that look at its devices."""

    process: Process
    said: list[str] = field(default_factory=list)
    kept: list[Capture] = field(default_factory=list)

    async def until_said(self, words: str) -> None:
        """Read what the process says until `words` come."""
        assert self.process.stdout is not None
        async with asyncio.timeout(DEADLINE_S):
            while not any(words in line for line in self.said):
                line = await self.process.stdout.readline()
                assert line, f"it ended without {words!r}: {self.said}"
                self.said.append(line.decode())

    async def end(self) -> int:
        """Return the exit status, when all was said."""
        assert self.process.stdout is not None
        async with asyncio.timeout(DEADLINE_S):
            self.said += (await self.process.stdout.read()).decode().splitlines(keepends=True)
            return await self.process.wait()

    def type_in(self, line: str) -> None:
        """Say what is to be done."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())

    async def until(self, is_so: Callable[[], object]) -> None:
        """Wait for what the drivers do."""
        async with asyncio.timeout(DEADLINE_S):
            while not is_so():  # noqa: ASYNC110  # what makes it so is another process
                await asyncio.sleep(0.01)

    @property
    def devices(self) -> list[dict[str, object]]:
        """What the stanzas say."""
        text = "".join(self.said)
        stanzas = re.findall(r"^\[\[devices\]\]\n(?:.+\n)+", text, re.MULTILINE)
        devices: list[dict[str, object]] = tomllib.loads("".join(stanzas))["devices"]
        return devices

    @asynccontextmanager
    async def read_by_drivers(self) -> AsyncIterator[None]:
        """Let the drivers work that the stanzas name, each anew when its device was gone."""
        tasks = [asyncio.create_task(self._keep(device)) for device in self.devices]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _keep(self, device: dict[str, object]) -> None:
        plugin = load_driver(str(device["driver"]))
        settings = plugin.settings.model_validate(device["settings"])
        while True:
            with suppress(DeviceGone):
                async with plugin.open(str(device["name"]), settings, DriverHost()) as driver:
                    captures = driver.captures()
                    async with aclosing(captures):  # type: ignore[type-var]  # every driver has a generator
                        async for capture in captures:
                            self.kept.append(capture)
                            await driver.accept(capture)
            await asyncio.sleep(FRESH_S)


@asynccontextmanager
async def rehearsal(*arguments: str | Path) -> AsyncIterator[Rehearsal]:
    """Start `zerotape simulate` with `arguments`; kill it where the test does not end it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "zerotape", "simulate", *map(str, arguments)),
        cwd=ROOT,
        stdin=PIPE,
        stdout=PIPE,
        stderr=STDOUT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield Rehearsal(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        assert process.stdin is not None
        process.stdin.close()  # else its transport outlives the test
        for thread in threading.enumerate():
            if thread.name.startswith("asyncio-waitpid"):
                thread.join(DEADLINE_S)


async def written(folder: Path, *arguments: str | Path) -> dict[str, bytes]:
    """Return what the same command writes as files, by the words in their names."""
    async with rehearsal(*arguments, "--out", folder) as files:
        assert await files.end() == 0
    return {path.name: path.read_bytes() for path in listed(folder)}


def listed(folder: Path) -> list[Path]:
    """Return what is in `folder`, by name."""
    return sorted(folder.iterdir())


async def test_everything_at_the_bench_is_read_as_its_stanzas_say(
    tmp_path: Path, small_definition: Path
) -> None:
    election = ("--definition", small_definition)
    files = await written(tmp_path / "files", "bench", *election)
    async with rehearsal(
        "bench", *election, "--interactive", "--folder", tmp_path / "devices"
    ) as bench:
        await bench.until_said("What is to be done?")
        assert {str(d["driver"]) for d in bench.devices} == {"print-line", "peb-cradle", "pc-card"}
        async with bench.read_by_drivers():
            bench.type_in("print all")
            await bench.until(lambda: len(bench.kept) == 4)
            for number, station in enumerate(("card-reader", "cradle", "card-reader"), start=1):
                bench.type_in(f"insert {number}")
                await bench.until(lambda: len(bench.kept) == 4 + number)  # noqa: B023  # at once
                bench.type_in(f"pull {station}")
            bench.type_in("quit")
            assert await bench.end() == 0
    assert {capture.ending for capture in bench.kept} == {Ending.WHOLE}
    assert sorted(as_sent(c.content) for c in bench.kept) == sorted(map(as_sent, files.values()))
    assert not listed(tmp_path / "devices")


async def test_a_peb_that_is_pulled_is_put_in_again_and_read(
    tmp_path: Path, small_definition: Path
) -> None:
    election = ("--definition", small_definition)
    files = await written(tmp_path / "files", "cradle", *election)
    fault = "peb-pulled-at=0.6"
    async with rehearsal(
        "cradle", *election, "--folder", tmp_path / "devices", "--fault", fault
    ) as cradle:
        await cradle.until_said("Ctrl-C ends")
        async with cradle.read_by_drivers():
            assert await cradle.end() == 0
    endings = [capture.ending for capture in cradle.kept]
    assert endings == [Ending.UNPLUGGED, Ending.WHOLE]
    assert [cradle.kept[1].content] == list(files.values())
    assert any("the fault has struck" in line for line in cradle.said)


async def test_a_printer_whose_cable_is_pulled_prints_again(
    tmp_path: Path, small_definition: Path
) -> None:
    election = ("--definition", small_definition)
    files = await written(tmp_path / "files", "printer", *election)
    arguments = ("--folder", tmp_path / "devices", "--fault", "unplug-at=0.5")
    async with rehearsal("printer", *election, *arguments) as printer:
        await printer.until_said("Ctrl-C ends")
        async with printer.read_by_drivers():
            assert await printer.end() == 0
            await printer.until(lambda: len(printer.kept) >= len(files) + 1)
    whole = [as_sent(c.content) for c in printer.kept if c.ending is Ending.WHOLE]
    assert whole == list(map(as_sent, files.values()))
    assert [c.ending for c in printer.kept].count(Ending.UNPLUGGED) == 1


@pytest.mark.parametrize("command", ["printer", "cradle", "bench"])
async def test_ctrl_c_ends_it_cleanly(command: str, tmp_path: Path) -> None:
    async with rehearsal(command, "--folder", tmp_path) as nobody_reads:
        await nobody_reads.until_said("Ctrl-C ends")
        nobody_reads.process.send_signal(signal.SIGINT)
        assert await nobody_reads.end() == 0
    assert nobody_reads.said[-1] == "Ended. The devices are unplugged.\n"
    assert not any("Traceback" in line for line in nobody_reads.said)
    assert not listed(tmp_path)


async def test_with_usbredir_a_virtual_machine_finds_the_devices(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("insert 1\nwait 60\n")
    arguments = ("--usbredir", "--script", script, "--folder", tmp_path)
    async with rehearsal("bench", *arguments) as bench:
        await bench.until_said("is in.")
        found = {await introduced(tmp_path / f"{d}.usbredir") for d in ("cradle", "card-reader")}
        drivers = [device["driver"] for device in bench.devices]
    assert found == {(0x1209, 0x0002), (0x1209, 0x0003)}
    assert drivers == ["print-line", "peb-cradle", "usb-storage"]


async def introduced(path: Path) -> tuple[int, int]:
    """Return vendor and product of what the server at `path` plugs in."""
    reader, writer = await asyncio.open_unix_connection(path)
    codec = UsbredirCodec()
    writer.write(codec.encode(Hello("test", Capability(0))))
    try:
        async with asyncio.timeout(DEADLINE_S):
            while True:
                for framed in codec.feed(await reader.read(4096)):
                    if isinstance(framed.packet, DeviceConnect):
                        return framed.packet.vendor, framed.packet.product
    finally:
        writer.close()
        await writer.wait_closed()
