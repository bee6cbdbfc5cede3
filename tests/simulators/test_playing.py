"""A night over real ptys, read by the driver of the gateway."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from drivers.print_line import PrintLine, PrintLineSettings
from election.captures import Capture, Ending
from election.definition_file import LoadedDefinition, load_definition
from simulators.cli import app
from simulators.election_night import NightPlan, TapeJob, plan_night
from simulators.errors import Refused
from simulators.planned_faults import FaultKind, PlannedFault
from simulators.playing import PrintPace, play
from simulators.printer_line import PrinterLine
from simulators.sample import sample_definition_bytes

PACE = PrintPace(None, between_jobs_s=0.0, after_cut_s=1.0)
IDLE_S = 0.3


@pytest.fixture(scope="module")
def loaded() -> LoadedDefinition:
    return load_definition(sample_definition_bytes(), "the sample")


@pytest.fixture(scope="module")
def plan(loaded: LoadedDefinition) -> NightPlan:
    place = "judith-basin.precinct-3"
    fault = PlannedFault(FaultKind.PAPER_OUT, place, reprinted=True)
    return plan_night(loaded.definition, loaded.sha256, 3, [fault])


@pytest.fixture
def line(tmp_path: Path) -> Iterator[PrinterLine]:
    with PrinterLine(tmp_path / "stanford") as plugged:
        yield plugged


async def captured(path: Path, wanted: int) -> list[Capture]:
    """Return the first `wanted` captures of the gateway's driver at `path`."""
    settings = PrintLineSettings(url=str(path), idle_s=IDLE_S)
    found: list[Capture] = []
    async with PrintLine("tapes", settings) as driver:
        async for capture in driver.captures():
            found.append(capture)
            await driver.accept(capture)
            if len(found) == wanted:
                return found
    raise AssertionError("the line ended too early")


async def test_every_job_arrives_as_one_capture(plan: NightPlan, line: PrinterLine) -> None:
    jobs = plan.jobs_of("stanford")
    printed: list[TapeJob] = []
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        reading = group.create_task(captured(line.path, len(jobs)))
        group.create_task(play(jobs, {"stanford": line}, PACE, printed.append))
    captures = reading.result()
    assert [c.content.lstrip(b"\x18") for c in captures] == [j.wire[1:] for j in jobs]
    cuts = [Ending.IDLE if job.cut else Ending.WHOLE for job in jobs]
    assert [capture.ending for capture in captures] == cuts
    assert Ending.IDLE in cuts
    assert printed == list(jobs)


async def test_nothing_is_printed_before_somebody_reads(plan: NightPlan, line: PrinterLine) -> None:
    jobs = plan.jobs_of("stanford")[:1]
    playing = asyncio.create_task(play(jobs, {"stanford": line}, PACE))
    async with asyncio.timeout(10):
        while not line.unread():  # noqa: ASYNC110  # the kernel tells nobody
            await asyncio.sleep(0.01)
    assert line.unread() == 1
    assert not playing.done()
    (capture,) = await captured(line.path, 1)
    await playing
    assert capture.content.lstrip(b"\x18") == jobs[0].wire[1:]


async def test_an_unplugged_line_is_refused_in_words(plan: NightPlan, line: PrinterLine) -> None:
    playing = asyncio.create_task(play(plan.jobs_of("stanford"), {"stanford": line}, PACE))
    async with asyncio.timeout(10):
        while not line.unread():  # noqa: ASYNC110  # the kernel tells nobody
            await asyncio.sleep(0.01)
        line.unplug()
        with pytest.raises(Refused, match="unplugged"):
            await playing


async def test_a_center_without_a_line_is_named(plan: NightPlan, line: PrinterLine) -> None:
    with pytest.raises(Refused, match="helena"):
        await play(plan.jobs, {"stanford": line}, PACE)


async def test_a_real_pace_takes_the_time_of_a_real_printer(
    plan: NightPlan, line: PrinterLine
) -> None:
    jobs = plan.jobs_of("stanford")[:1]
    pace = PrintPace(20_000.0, between_jobs_s=0.0, after_cut_s=0.0)
    reading = asyncio.create_task(captured(line.path, 1))
    started = asyncio.get_running_loop().time()
    await play(jobs, {"stanford": line}, pace)
    took_s = asyncio.get_running_loop().time() - started
    await reading
    assert took_s >= 0.9 * len(jobs[0].wire) / 20_000


def test_tapes_can_be_written_as_files(plan: NightPlan, tmp_path: Path) -> None:
    paths = plan.write_tapes(tmp_path)
    assert [path.read_bytes() for path in paths] == [job.wire for job in plan.jobs]
    assert [path.parent.name for path in paths] == [job.count_center for job in plan.jobs]
    assert len(list(tmp_path.rglob("*.*"))) == len(plan.jobs)


def test_the_command_writes_a_night_of_tapes(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["night", "--seed", "5", "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert {path.name for path in tmp_path.iterdir()} == {"helena", "stanford"}
    for kind in FaultKind:
        assert kind in result.output


@pytest.mark.parametrize(("device", "report"), [("m100", "zero"), ("ivotronic", "results")])
def test_the_command_prints_a_sample_tape(tmp_path: Path, device: str, report: str) -> None:
    out = tmp_path / "one.tape"
    result = CliRunner().invoke(
        app, ["tape", "--device", device, "--report", report, "--out", str(out)]
    )
    assert result.exit_code == 0, result.output
    title = f"{'MODEL 100' if device == 'm100' else 'IVOTRONIC'} {report.upper()} REPORT"
    assert title.encode() in out.read_bytes()


def test_the_command_writes_the_sample_definition(tmp_path: Path) -> None:
    out = tmp_path / "definition.json"
    assert CliRunner().invoke(app, ["definition", "--out", str(out)]).exit_code == 0
    assert out.read_bytes() == sample_definition_bytes()


def test_a_missing_definition_is_explained(tmp_path: Path) -> None:
    missing = tmp_path / "none.json"
    with suppress(SystemExit):
        result = CliRunner().invoke(app, ["night", "--definition", str(missing)])
    assert str(missing) in str(result.exception)
