"""Every golden session, replayed in lockstep, gives what its header says."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from drivers.registry import GROUP
from drivers.transcripts.crossing import Direction
from drivers.transcripts.replay import ReplayDiverged
from drivers.transcripts.session import REPLAYED, replayed
from drivers.transcripts.transcript_file import TimedCrossing, TranscriptError, read_transcript
from runtime.plugins import installed_names
from simulators.golden_sessions import record_all, sessions
from simulators.media.samples import SAMPLES

FOLDER = Path(__file__).parent / "golden_sessions"
GOLDEN = sorted(FOLDER.glob("*.jsonl"))
MAX_BYTES = 150_000


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
async def test_a_golden_session_gives_again_what_it_gave(path: Path) -> None:
    expected, came = await replayed(path)
    assert expected is not None
    assert came == expected


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
async def test_a_changed_answer_is_never_taken_for_the_recorded_one(
    path: Path, tmp_path: Path
) -> None:
    changed = with_a_changed_input(path, tmp_path)
    try:
        expected, came = await replayed(changed)
    except (ReplayDiverged, TranscriptError):
        return  # the driver said something else than then, or could not have heard it
    assert came != expected


def with_a_changed_input(path: Path, folder: Path) -> Path:
    """Return a copy of the session with one bit flipped in the last of its longest inputs."""
    header, *lines = path.read_bytes().splitlines(keepends=True)
    crossings = [TimedCrossing.from_line(line) for line in lines]
    inputs = [n for n, c in enumerate(crossings) if c.crossing.direction is Direction.IN]
    at = max(inputs, key=lambda n: (len(crossings[n].crossing.data), n))
    timed = crossings[at]
    first, *rest = timed.crossing.data
    flipped = replace(timed.crossing, data=bytes([first ^ 0x40, *rest]))
    lines[at] = replace(timed, crossing=flipped).to_line()
    changed = folder / path.name
    changed.write_bytes(header + b"".join(lines))
    return changed


def test_there_is_a_session_for_each_device_and_fault_that_the_readme_names() -> None:
    named = [
        line.split("`")[1]
        for line in (FOLDER / "README.md").read_text().splitlines()
        if line.startswith("| `")
    ]
    assert sorted(named) == [path.stem for path in GOLDEN]
    assert all(path.stat().st_size < MAX_BYTES for path in GOLDEN)


WHOLE_SAMPLES = {
    "block-device.whole": "flash-5199901",
    "pc-card.whole": "m100-closed",
    "usb-storage.whole": "flash-5199901",
}


@pytest.mark.parametrize(("session", "sample"), WHOLE_SAMPLES.items())
def test_a_whole_session_expects_the_medium_that_was_in_the_device(
    session: str, sample: str
) -> None:
    expected = read_transcript(FOLDER / f"{session}.jsonl").header.expected
    assert expected is not None
    [capture] = expected.captures
    content = SAMPLES[sample]()
    assert (capture.sha256, capture.size) == (sha256(content).hexdigest(), len(content))


def test_of_a_card_that_is_not_protected_nothing_but_its_opening_is_on_record() -> None:
    crossings = read_transcript(FOLDER / "pc-card.not-protected.jsonl").crossings
    assert {timed.crossing.channel for timed in crossings} == {"node", "identity"}


def test_every_driver_with_a_transport_has_golden_sessions() -> None:
    has_no_transport = {"drop-folder"}
    assert REPLAYED.keys() == installed_names(GROUP) - has_no_transport
    assert {path.name.partition(".")[0] for path in GOLDEN} == REPLAYED.keys()


async def test_sessions_made_anew_are_those_that_are_kept(tmp_path: Path) -> None:
    """So that the driver and the simulator of today still have the conversation that was kept."""
    await record_all(tmp_path)
    for session in sessions():
        name = f"{session.name}.jsonl"
        made, kept = read_transcript(tmp_path / name), read_transcript(FOLDER / name)
        assert (made.header, made.crossings) == (kept.header, kept.crossings), name
