"""A printer's buffer, flow control and mishaps, and what becomes of a report that meets them."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from drivers.print_job_framer import PrintJob, PrintJobFramer
from election.captures import Ending
from election.documents import Tape
from parsers.tapes import m100
from simulators.dpu414 import DPU_30, DPU_414, XOFF, XON, Printer, PrinterModel, sent_by
from simulators.faults import Faults

GOLDEN = Path(__file__).parents[1] / "parsers/golden/m100-results.tape"
LINES = [line for line in GOLDEN.read_text("ascii").splitlines() if line[:2] != "# "]
REPORT = b"\x18" + "".join(f"{line}\r\n" for line in LINES).encode("ascii") + b"\n\n\n\n"
HOUR = 3600.0


def jobs_of(sent: Iterable[tuple[float, bytes]], *, idle_s: float) -> list[PrintJob]:
    """Return what the driver's framer makes of what came when, asked every 0.1 s."""
    framer = PrintJobFramer(end_marker=b"*** END OF REPORT ***", idle_s=idle_s, max_job_bytes=99999)
    jobs, tick = [], 0.0
    for at, chunk in sent:
        while tick + 0.1 < at:
            tick += 0.1
            jobs += framer.tick(tick)
        tick = at
        jobs += framer.feed(chunk, at)
    return [*jobs, *framer.finish(Ending.STOPPED)]


def test_what_was_sent_stands_on_the_paper() -> None:
    printer = Printer()
    printer.receive(REPORT, 0.0)
    printer.advance(HOUR)
    assert printer.paper.rstrip("\n").split("\n") == [line.rstrip() for line in LINES]
    assert (printer.waiting, printer.overflowed) == (0, 0)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (b"x" * 105, 2.0),
        (b"\x0f" + b"x" * 160, 2.0),
        (b"\x0f" + b"x" * 80 + b"\x12" + b"x" * 105, 3.0),
    ],
    ids=["normal", "condensed", "both"],
)
def test_it_prints_at_the_published_pace(text: bytes, seconds: float) -> None:
    printer = Printer()
    printer.receive(text, 0.0)
    printer.advance(seconds - 0.05)
    assert printer.waiting > 0
    printer.advance(seconds)
    assert printer.waiting == 0


def test_idle_time_is_not_saved_up_for_the_next_report() -> None:
    printer = Printer()
    printer.advance(HOUR)
    printer.receive(b"x" * 105, HOUR)
    printer.advance(HOUR + 1.0)
    assert 50 <= printer.waiting <= 53


def test_the_small_buffer_stops_its_sender_at_the_published_thresholds() -> None:
    printer = Printer(DPU_30, Faults(battery_low_after_line=0))
    printer.receive(b"\n", 0.0)  # the battery is low at once: nothing leaves the buffer
    answers = [printer.receive(b"x" * count, 0.0) for count in (4_046, 1, 1)]
    assert (answers, printer.busy) == ([b"", XOFF, b""], True)
    assert printer.press_online(0.0) == b""
    left = next(step for step in range(10_000) if printer.advance(step / 100) == XON)
    assert printer.waiting == 3_994
    assert left / 100 == pytest.approx((4_048 - 3_994 - 1) / 52.5, abs=0.02)


@pytest.mark.parametrize("model", [DPU_30, DPU_414], ids=lambda model: model.name)
def test_a_sender_that_does_not_heed_busy_loses_what_the_buffer_cannot_hold(
    model: PrinterModel,
) -> None:
    printer = Printer(model, Faults(battery_low_after_line=0))
    printer.receive(b"\n", 0.0)
    printer.receive(b"x" * (model.buffer_bytes + 7), 0.0)
    assert (printer.waiting, printer.overflowed) == (model.buffer_bytes, 7)


def test_a_report_fits_into_the_large_buffer_long_before_it_is_printed() -> None:
    """Whoever pulls the cable when the paper stops has cut nothing; before that, perhaps."""
    printer = Printer(DPU_414)
    *_, (last, _) = sent_by(REPORT, printer)
    assert last < 3.1
    assert printer.waiting > len(REPORT) // 2


def test_after_the_paper_is_out_printing_goes_on_to_nothing_and_nobody_is_told() -> None:
    printer = Printer(DPU_414, Faults(paper_out_after_line=45))
    (job,) = jobs_of(sent_by(REPORT, printer), idle_s=30)
    printer.advance(HOUR)
    assert printer.paper.split("\n") == [line.rstrip() for line in LINES[:45]]
    assert (printer.waiting, printer.busy, printer.overflowed) == (0, False, 0)
    assert (job.content, job.ending) == (REPORT, Ending.WHOLE)  # the line knows more than the paper


PRESSED_AT_S = 300.0
COPIES = 3


def press(printer: Printer, now: float) -> None:
    """Be the judge who finds the printer asleep five minutes later."""
    if now >= PRESSED_AT_S and not printer.online:
        printer.press_online(now)


def test_a_report_stopped_by_a_low_battery_goes_on_minutes_later() -> None:
    printer = Printer(DPU_30, Faults(battery_low_after_line=20))
    jobs = jobs_of(sent_by(REPORT * COPIES, printer, somebody=press), idle_s=600)
    assert [(job.content, job.ending) for job in jobs] == [(REPORT, Ending.WHOLE)] * COPIES
    stalled = max(job.longest_gap_s for job in jobs)
    assert 250 < stalled < PRESSED_AT_S
    assert printer.overflowed == 0
    printer.advance(HOUR)
    assert printer.paper.count("*** END OF REPORT ***") == COPIES


def test_a_stall_longer_than_the_configured_silence_cuts_the_report_and_never_its_counts() -> None:
    printer = Printer(DPU_30, Faults(battery_low_after_line=20))
    jobs = jobs_of(sent_by(REPORT * COPIES, printer, somebody=press), idle_s=30)
    assert b"".join(job.content for job in jobs) == REPORT * COPIES
    assert Ending.IDLE in {job.ending for job in jobs}
    readable = [job for job in jobs if m100.PARSER.recognises(job.content)]
    tapes = [m100.PARSER.parse(job.content) for job in readable]
    found = [(tape.ballots, tape.truncated) for tape in tapes if isinstance(tape, Tape)]
    assert found == [(612, False), (612, True), (612, False)]


@pytest.mark.parametrize("line", range(0, 73, 9))
def test_wherever_the_battery_fails_the_paper_is_whole_in_the_end(line: int) -> None:
    printer = Printer(DPU_414, Faults(battery_low_after_line=line))
    for _ in sent_by(REPORT, printer):
        pass
    printer.advance(HOUR)
    asleep = printer.paper
    assert len(asleep.split("\n")) <= max(line, 1)
    printer.press_online(HOUR)
    printer.advance(2 * HOUR)
    assert printer.paper.rstrip("\n").split("\n") == [text.rstrip() for text in LINES]
