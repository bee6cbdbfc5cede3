"""What is one print job, whatever the line does to its bytes."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.print_job_framer import NOISE_LIMIT, PrintJob, PrintJobFramer
from election.captures import Ending

MARKER = b"*** END OF REPORT ***"
TAPE = b"\x18" + b"=" * 40 + b"\r\nTOTAL BALLOTS                        612\r\n         " + MARKER
TAIL = b"\r\n\n\n\n\n"
IDLE_S = 30.0
LIMIT = 2048


def framer(*, idle_s: float = IDLE_S, max_job_bytes: int = LIMIT) -> PrintJobFramer:
    return PrintJobFramer(end_marker=MARKER, idle_s=idle_s, max_job_bytes=max_job_bytes)


def results(jobs: list[PrintJob]) -> list[tuple[bytes, Ending]]:
    return [(job.content, job.ending) for job in jobs]


def test_a_tape_ends_with_the_fourth_line_feed_after_its_last_line() -> None:
    line = framer()
    assert line.feed(TAPE + TAIL[:-1], 0) == []
    assert results(line.feed(b"\n", 0)) == [(TAPE + TAIL, Ending.WHOLE)]
    assert line.pending == b""


@pytest.mark.parametrize("tail", [b"", b"\r", b"\r\n", b"\n\n", b"\r\n\r\n\r\n"])
def test_a_tape_without_all_its_line_feeds_ends_after_a_short_silence(tail: bytes) -> None:
    line = framer()
    assert line.feed(TAPE + tail, 10.0) == []
    assert line.tick(10.29) == []
    assert results(line.tick(10.31)) == [(TAPE + tail, Ending.WHOLE)]


def test_the_first_byte_of_the_next_tape_ends_the_one_before() -> None:
    assert results(framer().feed(TAPE + b"\r\n" + TAPE + TAIL, 0)) == [
        (TAPE + b"\r\n", Ending.WHOLE),
        (TAPE + TAIL, Ending.WHOLE),
    ]


@pytest.mark.parametrize("tail", [b"\f", b"\r\n\f"])
def test_a_form_feed_after_the_marker_belongs_to_the_tape(tail: bytes) -> None:
    assert results(framer().feed(TAPE + tail, 0)) == [(TAPE + tail, Ending.WHOLE)]


def test_a_form_feed_ends_a_job_without_marker() -> None:
    line = framer()
    assert results(line.feed(b"AUDIT LOG\r\n\fNEXT", 0)) == [(b"AUDIT LOG\r\n\f", Ending.WHOLE)]
    assert line.pending == b"NEXT"


def test_a_report_that_begins_anew_cuts_the_unfinished_one_before() -> None:
    assert results(framer().feed(TAPE[:60] + TAPE + TAIL, 0)) == [
        (TAPE[:60], Ending.CUT),
        (TAPE + TAIL, Ending.WHOLE),
    ]


def test_a_job_without_any_mark_ends_by_idle_time() -> None:
    line = framer()
    line.feed(b"POLLS OPEN\r\n", 100.0)
    assert line.tick(129.9) == []
    assert results(line.tick(130.0)) == [(b"POLLS OPEN\r\n", Ending.IDLE)]
    assert line.tick(500.0) == []


def test_a_pause_shorter_than_the_idle_time_is_kept_as_the_longest_gap() -> None:
    line = framer()
    line.feed(TAPE[:20], 100.0)
    line.tick(129.0)
    line.feed(TAPE[20:30], 129.5)
    [job] = line.feed(TAPE[30:] + TAIL, 131.0)
    assert (job.longest_gap_s, job.last_byte_at, job.ending) == (29.5, 131.0, Ending.WHOLE)


def test_a_read_that_comes_late_does_not_cut_a_job_that_nobody_listened_to() -> None:
    line = framer()
    assert line.feed(TAPE[:50], 0) == []
    [job] = line.feed(TAPE[50:] + TAIL, 1000.0)
    assert (job.content, job.longest_gap_s) == (TAPE + TAIL, 1000.0)


def test_silence_between_two_tapes_is_no_gap_of_either() -> None:
    line = framer()
    line.feed(TAPE + b"\r\n", 0.0)
    first, second = line.feed(TAPE + TAIL, 0.2)
    assert (first.longest_gap_s, first.last_byte_at) == (0.0, 0.0)
    assert second.longest_gap_s == 0.0


def test_noise_between_jobs_waits_for_the_next_one_and_is_no_gap_of_it() -> None:
    line = framer()
    line.feed(TAPE + TAIL, 0)
    assert line.feed(b"\n\0\r \t\x18\f", 1.0) == []
    assert line.tick(5000.0) == []
    [job] = line.feed(TAPE + TAIL, 9000.0)
    assert job.content == b"\n\0\r \t\x18\f" + TAPE + TAIL
    assert job.longest_gap_s == 0.0


def test_noise_alone_is_never_finished_as_a_job_but_stays_visible() -> None:
    line = framer()
    line.feed(b"\n\n\n\n", 0)
    assert line.finish(Ending.UNPLUGGED) == []
    assert line.pending == b"\n\n\n\n"


def test_endless_noise_is_kept_in_bounded_pieces_and_costs_the_next_tape_no_room() -> None:
    line = framer()
    assert results(line.feed(b"\0" * (NOISE_LIMIT + 5), 0)) == [
        (b"\0" * NOISE_LIMIT, Ending.OVERFLOW)
    ]
    assert results(line.feed(TAPE + TAIL, 0)) == [(b"\0" * 5 + TAPE + TAIL, Ending.WHOLE)]


@pytest.mark.parametrize("ending", [Ending.UNPLUGGED, Ending.STOPPED])
def test_a_job_cut_off_in_the_middle_is_finished_as_told(ending: Ending) -> None:
    line = framer()
    line.feed(TAPE[:60], 0)
    assert results(line.finish(ending)) == [(TAPE[:60], ending)]
    assert line.finish(ending) == []


def test_an_unplug_after_the_marker_leaves_the_tape_whole() -> None:
    line = framer()
    line.feed(TAPE + b"\r\n\n", 0)
    assert results(line.finish(Ending.UNPLUGGED)) == [(TAPE + b"\r\n\n", Ending.WHOLE)]


def test_an_unplug_after_any_byte_keeps_every_byte_before_it() -> None:
    for cut in range(2, len(TAPE)):  # the first byte, CAN, prints nothing
        line = framer()
        line.feed(TAPE[:cut], 0)
        assert results(line.finish(Ending.UNPLUGGED)) == [(TAPE[:cut], Ending.UNPLUGGED)]


def test_a_job_above_the_limit_goes_on_in_further_captures() -> None:
    long = b"X" * (LIMIT + 100)
    assert results(framer().feed(long + TAPE[1:] + TAIL, 0)) == [
        (b"X" * LIMIT, Ending.OVERFLOW),
        (b"X" * 100 + TAPE[1:] + TAIL, Ending.WHOLE),
    ]


@pytest.mark.parametrize("cut", range(1, len(MARKER)))
def test_a_marker_that_the_limit_cuts_in_two_still_ends_the_job(cut: int) -> None:
    filler = b"X" * (LIMIT - cut)
    assert results(framer().feed(filler + MARKER + TAIL, 0)) == [
        (filler + MARKER[:cut], Ending.OVERFLOW),
        (MARKER[cut:] + TAIL, Ending.WHOLE),
    ]


def test_a_tape_that_reaches_the_limit_after_its_marker_is_whole() -> None:
    line = framer()
    filler = b"X" * (LIMIT - len(MARKER) - 2)
    assert results(line.feed(filler + MARKER + TAIL, 0)) == [
        (filler + MARKER + TAIL[:2], Ending.WHOLE)
    ]
    assert line.pending == TAIL[2:]


PIECES = st.sampled_from(
    [TAPE, TAIL, MARKER, MARKER[:7], MARKER[7:], b"X" * 700, b"\0" * 400, b"\xff\x11\x13"]
)
CODES = st.sampled_from([b"\f", b"\n", b"\r", b"\0", b"A", b"\x18"])
STREAMS = st.lists(PIECES | CODES | st.binary(max_size=40), max_size=12).map(b"".join)


@given(stream=STREAMS, data=st.data())
def test_where_chunks_are_cut_makes_no_difference(stream: bytes, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=20).map(sorted))
    pieces = [stream[a:b] for a, b in pairwise([0, *cuts, len(stream)])]
    wires = ([stream], [stream[i : i + 1] for i in range(len(stream))], pieces)
    whole, single, split = (_through(list(wire)) for wire in wires)
    assert whole == single == split


@given(stream=STREAMS)
def test_every_byte_comes_out_once_in_order_and_within_the_limit(stream: bytes) -> None:
    line = framer()
    jobs = line.feed(stream, 0) + line.finish(Ending.STOPPED)
    assert b"".join(job.content for job in jobs) + line.pending == stream
    assert all(len(job.content) <= LIMIT for job in jobs)
    assert len(line.pending) < NOISE_LIMIT


@given(lost=st.integers(0, len(TAPE + TAIL) - 1))
def test_a_lost_byte_costs_at_most_the_end_of_its_own_tape(lost: int) -> None:
    stream = TAPE + TAIL
    line = framer()
    jobs = line.feed(stream[:lost] + stream[lost + 1 :], 0) + line.tick(IDLE_S)
    assert results(jobs + line.feed(stream, 60))[-1] == (stream, Ending.WHOLE)


def _through(chunks: list[bytes]) -> list[PrintJob]:
    line = framer()
    jobs = [job for chunk in chunks for job in line.feed(chunk, 7.0)]
    return jobs + line.finish(Ending.STOPPED)
