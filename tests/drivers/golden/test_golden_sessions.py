"""Every golden session, replayed in lockstep, gives what its header says."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from drivers.registry import GROUP
from drivers.transcripts.crossing import Direction
from drivers.transcripts.replay import ReplayDiverged
from drivers.transcripts.session import REPLAYED, replayed
from drivers.transcripts.transcript_file import TimedCrossing, TranscriptError, read_transcript
from runtime.plugins import installed_names
from simulators.bench.fault_list import FAULTS
from simulators.golden.sessions import record_all
from simulators.media.samples import SAMPLES

if TYPE_CHECKING:
    from tests.drivers.golden.conftest import Tell

FOLDER = Path(__file__).parents[1] / "golden_sessions"


def sessions_in(folder: Path) -> list[Path]:
    """Return them by name."""
    return sorted(folder.glob("*.jsonl"))


GOLDEN = sessions_in(FOLDER)
MAX_BYTES = 150_000
MAX_BYTES_IN_ALL = 1_500_000
ENDS_WITHIN_AN_ANSWER = {"usb-storage.unplug-at"}
"""The last block came, and the status that makes it count did not."""


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_session_gives_again_what_it_gave(path: Path, told: "Tell") -> None:
    session = told(path.stem)
    assert session.expected is not None
    assert session.came == session.expected


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
    """Return a copy with one bit flipped in the last of the longest inputs that count."""
    header, *lines = path.read_bytes().splitlines(keepends=True)
    crossings = [TimedCrossing.from_line(line) for line in lines]
    inputs = [n for n, c in enumerate(crossings) if c.crossing.direction is Direction.IN]
    inputs.sort(key=lambda n: (len(crossings[n].crossing.data), n))
    at = inputs[-2 if path.stem in ENDS_WITHIN_AN_ANSWER else -1]
    timed = crossings[at]
    first, *rest = timed.crossing.data
    flipped = replace(timed.crossing, data=bytes([first ^ 0x40, *rest]))
    lines[at] = replace(timed, crossing=flipped).to_line()
    changed = folder / path.name
    changed.write_bytes(header + b"".join(lines))
    return changed


def test_the_readme_names_every_session_and_no_other() -> None:
    assert sorted(named_by_the_readme()) == [path.stem for path in GOLDEN]


def named_by_the_readme() -> Iterator[str]:
    """Yield sessions: of a documented fault, the table has the drivers beside its name."""
    for line in (FOLDER / "README.md").read_text().splitlines():
        if line.startswith("| `"):
            _, name, second, _ = (cell.strip(" `") for cell in line.split("|"))
            drivers = second.split(", ") if name in FAULTS else ()
            yield from (f"{driver}.{name}" for driver in drivers)
            yield from () if drivers else (name,)


def test_the_sessions_stay_small() -> None:
    sizes = [path.stat().st_size for path in GOLDEN]
    assert max(sizes) < MAX_BYTES
    assert sum(sizes) < MAX_BYTES_IN_ALL


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
    made = {path.stem: read_transcript(path) for path in sessions_in(tmp_path)}
    assert [*made] == [path.stem for path in GOLDEN]
    for path in GOLDEN:
        anew, kept = made[path.stem], read_transcript(path)
        assert (anew.header, anew.crossings) == (kept.header, kept.crossings), path.stem
