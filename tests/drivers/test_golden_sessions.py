"""Every golden session, replayed in lockstep, gives what its header says."""

import json
from pathlib import Path

import pytest

from drivers.transcripts.replay import ReplayDiverged
from drivers.transcripts.session import replayed
from drivers.transcripts.transcript_file import read_transcript
from simulators.golden_sessions import record_all, sessions

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
    except ReplayDiverged:
        return  # the driver said something else than then
    assert came != expected


def with_a_changed_input(path: Path, folder: Path) -> Path:
    """Return a copy of the session with one bit flipped in the longest readable input."""
    header, *lines = path.read_text().splitlines()
    inputs = [n for n, line in enumerate(lines) if json.loads(line)["direction"] == "in"]
    at = max(inputs, key=lambda n: len(json.loads(lines[n]).get("hex", "")))
    line = json.loads(lines[at])
    line["hex"] = f"{int(line['hex'][:2], 16) ^ 0x40:02x}{line['hex'][2:]}"
    lines[at] = json.dumps(line)
    changed = folder / path.name
    changed.write_text("\n".join([header, *lines, ""]))
    return changed


def test_there_is_a_session_for_each_device_and_fault_that_the_readme_names() -> None:
    named = [
        line.split("`")[1]
        for line in (FOLDER / "README.md").read_text().splitlines()
        if line.startswith("| `")
    ]
    assert sorted(named) == [path.stem for path in GOLDEN]
    assert all(path.stat().st_size < MAX_BYTES for path in GOLDEN)


async def test_sessions_made_anew_are_those_that_are_kept(tmp_path: Path) -> None:
    """So that the driver and the simulator of today still have the conversation that was kept."""
    await record_all(tmp_path)
    for session in sessions():
        name = f"{session.name}.jsonl"
        made, kept = read_transcript(tmp_path / name), read_transcript(FOLDER / name)
        assert (made.header, made.crossings) == (kept.header, kept.crossings), name
