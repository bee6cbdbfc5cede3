"""Recording and replaying: what is read back is what crossed, and nothing diverges unnoticed."""

import json
import logging
import stat
import threading
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self
from zlib import compress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import DeviceGone
from drivers.transcripts.crossing import Crossing, Direction
from drivers.transcripts.recorded_line import RecordedLine
from drivers.transcripts.recorder import Recorder
from drivers.transcripts.replay import ReplayDiverged
from drivers.transcripts.replayed_bulk import ReplayedBulk
from drivers.transcripts.replayed_line import ReplayedLine
from drivers.transcripts.transcript_file import (
    MAX_DATA_BYTES,
    TranscriptError,
    TranscriptHeader,
    header_line,
    read_transcript,
)
from drivers.usb.errors import Stalled
from drivers.usb.pipes import Pipe, PipeAddresses

HEADER = TranscriptHeader(
    driver="print-line",
    device="tape-1",
    settings={"url": "/dev/ttyUSB0", "baud": 9600},
    started=datetime(2026, 11, 3, 19, 0, tzinfo=UTC),
)
IN, OUT = Direction.IN, Direction.OUT
CROSSINGS = st.lists(
    st.builds(
        Crossing,
        st.sampled_from(Direction),
        st.sampled_from(["line", "bulk"]),
        st.one_of(st.just(b""), st.binary(max_size=300)),
        st.sampled_from(["", "DeviceGone"]),
    ),
    max_size=20,
)


class Ticking:
    """A clock that moves by a hundredth of a second whenever it is asked."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.01
        return self.now


def recorded(folder: Path, *crossings: Crossing) -> Path:
    path = folder / "session.jsonl"
    with Recorder(path, HEADER, clock=Ticking()) as record:
        for crossing in crossings:
            record(crossing)
    return path


def written(folder: Path, *lines: bytes) -> Path:
    path = folder / "session.jsonl"
    path.write_bytes(header_line(HEADER) + b"".join(line + b"\n" for line in lines))
    return path


def replay_of(folder: Path, *crossings: Crossing) -> ReplayedLine:
    return ReplayedLine(read_transcript(recorded(folder, *crossings)))


@given(CROSSINGS)
def test_what_is_read_back_is_what_crossed(crossings: list[Crossing]) -> None:
    with TemporaryDirectory() as folder:
        transcript = read_transcript(recorded(Path(folder), *crossings))
    assert transcript.header == HEADER
    again = [timed.crossing for timed in transcript.crossings for _ in range(timed.times)]
    assert again == crossings


def test_a_long_silence_is_one_line_of_the_file(tmp_path: Path) -> None:
    silent = Crossing(IN, "line", b"")
    path = recorded(tmp_path, *[silent] * 1000, Crossing(IN, "line", b"ZERO"))
    _, silence, zero = path.read_text().splitlines()
    assert json.loads(silence) == {"at": 10.0, "direction": "in", "channel": "line", "times": 1000}
    assert json.loads(zero)["hex"] == "5a45524f"


def test_a_recording_is_for_its_owner_and_overwrites_nothing(tmp_path: Path) -> None:
    path = recorded(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError), Recorder(path, HEADER):
        pass


def test_threads_write_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    with Recorder(path, HEADER) as record:
        data = [bytes([number]) * 200 for number in range(4)]
        threads = [
            threading.Thread(target=record, args=[Crossing(IN, "line", d)])
            for d in data
            for _ in range(25)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    came = [timed.crossing.data for timed in read_transcript(path).crossings]
    assert sorted(came) == sorted(data * 25)


def test_a_recording_that_grows_too_large_ends_with_a_warning_and_can_be_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "session.jsonl"
    with Recorder(path, HEADER, max_bytes=1000) as record:
        for number in range(100):
            record(Crossing(IN, "line", bytes([number])))
    assert path.stat().st_size <= 1000
    assert 0 < len(read_transcript(path).crossings) < 100
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_a_full_disk_ends_the_recording_and_not_the_reading(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Full(Recorder):
        def __enter__(self) -> Self:
            self._file = Path("/dev/full").open("wb", buffering=0)
            return self

    with Full(Path("/dev/full"), HEADER) as record:
        for _ in range(3):
            record(Crossing(IN, "line", b"ZERO"))
    assert "No space left" in caplog.text


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "Invalid JSON"),
        (b'{"at":0,"direction":"up","channel":"line"}', "direction"),
        (b'{"at":0,"direction":"in","channel":"line","hex":"5"}', "fromhex"),
        (b'{"at":0,"direction":"in","channel":"line","packed":"AAAA"}', "decompress"),
        (b'{"at":0,"direction":"in","channel":"line","packed":"A"}', "padding|base64|multiple"),
        (b'{"at":0,"direction":"in","channel":"line","hex":"5a","packed":"AAAA"}', "not both"),
        (b'{"at":-1,"direction":"in","channel":"line"}', "at"),
        (b'{"at":0,"direction":"in","channel":"line","times":0}', "times"),
        (b'{"at":0,"direction":"in","channel":"line","speed":3}', "speed"),
        (
            b'{"at":0,"direction":"in","channel":"line","packed":"%s"}'
            % b64encode(compress(bytes(MAX_DATA_BYTES + 1))),
            "more than",
        ),
    ],
    ids=range(10),
)
def test_a_line_that_is_none_is_named_with_its_file(
    tmp_path: Path, line: bytes, reason: str
) -> None:
    path = written(tmp_path, b'{"at":0,"direction":"in","channel":"line","hex":"5a"}', line)
    with pytest.raises(TranscriptError, match=reason) as told:
        read_transcript(path)
    assert str(told.value).startswith(f"{path}, line 3: ")


def test_a_file_that_is_no_transcript_is_named(tmp_path: Path) -> None:
    path = tmp_path / "tape.txt"
    for content in (b"", b"ZERO TAPE\n", b'{"format":"zerotape-transcript-2"}\n', b"\xff" * 100):
        path.write_bytes(content)
        with pytest.raises(TranscriptError, match=r"line 1: no header of zerotape-transcript-1"):
            read_transcript(path)


def test_a_file_that_is_cut_off_or_out_of_order_is_named(tmp_path: Path) -> None:
    early = b'{"at":0,"direction":"in","channel":"line","hex":"5a"}'
    late = early.replace(b'"at":0', b'"at":5')
    path = written(tmp_path, early, late)
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(TranscriptError, match=r"line 3: it is cut off"):
        read_transcript(path)
    with pytest.raises(TranscriptError, match=r"line 3: it is earlier"):
        read_transcript(written(tmp_path, late, early))


def test_a_replay_gives_the_inputs_and_takes_the_outputs_in_their_order(tmp_path: Path) -> None:
    line = replay_of(
        tmp_path,
        Crossing(OUT, "line", b"HELLO"),
        Crossing(IN, "line", b""),
        Crossing(IN, "line", b""),
        Crossing(IN, "line", b"WORLD"),
        Crossing(IN, "line", b"", "DeviceGone"),
    )
    assert line.read() == b""  # nothing is heard before something was said
    line.write(b"HELLO")
    assert [line.read(), line.read(), line.read()] == [b"", b"", b"WORLD"]
    with pytest.raises(DeviceGone, match="tape-1 is gone"):
        line.read()
    line.replay.finish()


def test_the_clock_of_a_replay_follows_the_recording(tmp_path: Path) -> None:
    silent = Crossing(IN, "line", b"")
    line = replay_of(tmp_path, *[silent] * 300, Crossing(IN, "line", b"Z"))
    for _ in range(300):
        line.read()
    assert line.replay.now() == pytest.approx(3.0)
    line.read()
    assert line.replay.now() == pytest.approx(3.01)


def test_another_output_diverges_and_names_line_and_expectation(tmp_path: Path) -> None:
    line = replay_of(tmp_path, Crossing(IN, "line", b"Z"), Crossing(OUT, "line", b"HELLO"))
    line.read()
    with pytest.raises(ReplayDiverged) as told:
        line.write(b"HELLA")
    assert "session.jsonl, line 3: recorded is out line 48 45 4c 4c 4f, and the driver writes" in (
        str(told.value)
    )
    assert told.value.line == 3


def test_an_output_too_early_too_late_or_too_few_diverges(tmp_path: Path) -> None:
    line = replay_of(tmp_path, Crossing(IN, "line", b"Z"), Crossing(OUT, "line", b"HELLO"))
    with pytest.raises(ReplayDiverged, match=r"line 2: recorded is in line 5a"):
        line.write(b"HELLO")
    line.read()
    with pytest.raises(ReplayDiverged, match=r"line 3.* and the driver has ended"):
        line.replay.finish()
    line.write(b"HELLO")
    with pytest.raises(ReplayDiverged, match=r"line 4: recorded is the end"):
        line.write(b"HELLO")


def test_a_replay_that_is_recorded_gives_the_same_recording(tmp_path: Path) -> None:
    first = [
        Crossing(OUT, "line", b"HELLO"),
        Crossing(IN, "line", b"WORLD"),
        Crossing(IN, "line", b"", "DeviceGone"),
    ]
    again: list[Crossing] = []
    line = RecordedLine(replay_of(tmp_path, *first), again.append)
    line.write(b"HELLO")
    line.read()
    with pytest.raises(DeviceGone):
        line.read()
    assert again == first


def test_bulk_endpoints_are_replayed_with_their_stalls_and_controls(tmp_path: Path) -> None:
    path = recorded(
        tmp_path,
        Crossing(IN, "descriptors", PipeAddresses(0, 0x81, 0x02, 512).to_bytes()),
        Crossing(OUT, "control", bytes.fromhex("a1fe000000000100")),
        Crossing(IN, "control", b"\x01"),
        Crossing(OUT, "bulk", b"USBC"),
        Crossing(IN, "bulk", b"", "Stalled"),
        Crossing(OUT, "control", bytes([2, 1, 0, 0, 0x81, 0, 0, 0])),
        Crossing(IN, "bulk", b""),
        Crossing(IN, "bulk", b"USBS"),
        Crossing(OUT, "control", bytes([0x21, 0xFF, 0, 0, 0, 0, 0, 0])),
    )
    pipes = ReplayedBulk(read_transcript(path))
    pipes.open()
    assert pipes.last_lun() == b"\x01"
    pipes.write(b"USBC", 1000)
    with pytest.raises(Stalled):
        pipes.read(512, 1000)
    pipes.clear_halt(Pipe.IN)
    assert pipes.read(512, 1000) == b""  # a packet of no length
    assert pipes.read(512, 1000) == b"USBS"
    with pytest.raises(ReplayDiverged, match=r"line 10"):
        pipes.write(b"USBC", 1000)
    pipes.reset()
    pipes.replay.finish()
