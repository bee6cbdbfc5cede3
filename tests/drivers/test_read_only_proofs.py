"""No driver changes a medium: each has its proof, and no source below `drivers` could write one."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import drivers
from drivers.cradle.peb_link import Frame, FrameDecoder
from drivers.cradle.peb_messages import RESERVED_FOR_WRITING, Command
from drivers.registry import GROUP
from drivers.transcripts.crossing import Direction
from drivers.transcripts.transcript_file import read_transcript
from drivers.usb.bulk_only import CommandWrapper
from runtime.plugins import installed_names

HERE = Path(__file__).parent
SOURCES = Path(drivers.__path__[0])
GOLDEN = HERE / "golden_sessions"

PROOFS: dict[str, list[tuple[str, str]]] = {
    "block-device": [
        ("test_block_device.py", "test_the_kernel_sees_nothing_but_reading"),  # strace
        ("test_block_device.py", "test_the_medium_is_the_same_before_and_after"),
    ],
    "pc-card": [
        ("test_pc_card.py", "test_the_image_stays_as_it_was"),
        ("test_pc_card.py", "test_the_request_is_the_one_that_the_kernel_documents"),
        ("test_read_only_proofs.py", "test_only_these_requests_are_made_of_a_kernel_device"),
    ],
    "usb-storage": [
        ("usb/test_usb_storage_faults.py", "test_every_command_on_record_is_a_listed_one"),
        ("usb/test_scsi_commands.py", "test_no_command_can_be_built_that_does_not_read"),
        ("test_read_only_proofs.py", "test_every_block_that_went_to_a_reader_is_a_reading_one"),
    ],
    "peb-cradle": [
        ("test_peb_link.py", "test_no_command_is_in_the_range_for_writing"),
        ("test_read_only_proofs.py", "test_every_frame_that_went_to_a_cradle_asks_or_leaves"),
    ],
    "print-line": [("test_read_only_proofs.py", "test_nothing_ever_went_to_a_printing_device")],
    "drop-folder": [  # moves what was accepted, and changes no content
        ("test_drop_folder.py", "test_a_file_becomes_a_capture_and_is_moved_when_accepted"),
        ("test_drop_folder.py", "test_a_taken_file_with_other_content_is_never_overwritten"),
    ],
}
"""By entry point: the files and tests that prove it."""

MAY_CHANGE_FILES: dict[str, set[str]] = {
    "complete_files.py": {"mkdir", "rename", "unlink"},
    "drop_folder.py": {"mkdir"},
    "transcripts/recorder.py": {"O_WRONLY", "O_CREAT", "wb"},
}
"""The drop folder moves what was accepted, and a recording is a new file of its own."""

WRITING_FLAGS = {"O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND", "O_TMPFILE"}
CHANGING_CALLS = {
    *("write_bytes", "write_text", "truncate", "ftruncate", "pwrite", "pwritev", "writev"),
    *("sendfile", "copy_file_range", "splice", "unlink", "remove", "rmdir", "removedirs"),
    *("rename", "renames", "mkdir", "makedirs", "touch", "symlink_to", "hardlink_to", "symlink"),
    *("link", "chmod", "chown", "utime", "setxattr", "mknod", "mkfifo", "fallocate"),
}
FOREIGN_HANDS = {"subprocess", "shutil", "ctypes", "cffi", "tempfile"}
"""Modules through which anything could be written unseen."""

ASKING_REQUESTS = {
    *("BLKROGET", "BLKSSZGET", "BLKGETSIZE64", "BLKGETDISKSEQ"),
    *("MEMGETINFO", "TIOCGICOUNT"),
}
READING_OPERATIONS = {0x00, 0x03, 0x12, 0x1A, 0x25, 0x28}
"""TEST UNIT READY, REQUEST SENSE, INQUIRY, MODE SENSE(6), READ CAPACITY(10), READ(10)."""

MODULES = sorted(SOURCES.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(SOURCES).as_posix()


def calls_in(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Yield each call with the last part of the name that is called."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            called = node.func
            yield getattr(called, "attr", getattr(called, "id", "")), node


def changes_in(source: str) -> set[str]:
    """Return what in `source` could change a file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in WRITING_FLAGS:
            found.add(node.attr)
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names} & FOREIGN_HANDS
        if isinstance(node, ast.ImportFrom):
            found |= {(node.module or "").partition(".")[0]} & FOREIGN_HANDS
        if isinstance(node, ast.Call):
            found |= set(_changes_by(node))
    return found


def _changes_by(call: ast.Call) -> Iterator[str]:
    called = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if called in CHANGING_CALLS:
        yield called
    if called == "replace" and isinstance(call.func, ast.Attribute) and len(call.args) == 1:
        yield "replace"  # of a path; that of a text has two arguments
    if called in ("open", "fdopen"):
        given = [*call.args, *(each.value for each in call.keywords if each.arg == "mode")]
        for mode in given:
            if not isinstance(mode, ast.Constant) or not isinstance(mode.value, str):
                continue
            if set(mode.value) & set("wax+") and set(mode.value) <= set("rwaxbt+"):
                yield mode.value


def test_every_driver_has_a_proof_that_exists() -> None:
    assert PROOFS.keys() == installed_names(GROUP)
    for proofs in PROOFS.values():
        assert proofs
        for file, test in proofs:
            nodes = ast.walk(ast.parse((HERE / file).read_text()))
            functions = ast.FunctionDef | ast.AsyncFunctionDef
            assert test in {node.name for node in nodes if isinstance(node, functions)}, file


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_of_a_driver_can_change_a_file(path: Path) -> None:
    assert changes_in(path.read_text()) == MAY_CHANGE_FILES.get(name_of(path), set())


@pytest.mark.parametrize(
    ("source", "change"),
    [
        ("open(path, 'r+b')", "r+b"),
        ("path.open('ab')", "ab"),
        ("path.open(mode='x')", "x"),
        ("os.open(path, os.O_RDWR)", "O_RDWR"),
        ("os.pwrite(fd, data, 0)", "pwrite"),
        ("path.replace(target)", "replace"),
        ("import subprocess", "subprocess"),
        ("from ctypes import CDLL", "ctypes"),
    ],
)
def test_what_could_change_a_file_is_noticed(source: str, change: str) -> None:
    assert changes_in(source) == {change}


def test_what_only_reads_is_not_complained_of() -> None:
    source = "path.open('rb'); os.open(path, os.O_RDONLY); 'a-b'.replace('-', '+'); open(path)"
    assert changes_in(source) == set()


def test_only_these_requests_are_made_of_a_kernel_device() -> None:
    asked = set()
    for path in MODULES:
        for called, call in calls_in(path):
            if called == "ioctl":
                asked.add(ast.unparse(call.args[1]))
            elif called == "_asked":
                asked.add(ast.unparse(call.args[0]))
    assert asked == ASKING_REQUESTS | {"request"}  # what `_asked` hands on


def outputs(driver: str) -> dict[str, list[bytes]]:
    """Return by channel what went out in the golden sessions of `driver`."""
    sent: dict[str, list[bytes]] = {}
    sessions = sorted(GOLDEN.glob(f"{driver}.*.jsonl"))
    assert sessions
    for session in sessions:
        for timed in read_transcript(session).crossings:
            if timed.crossing.direction is Direction.OUT:
                sent.setdefault(timed.crossing.channel, []).append(timed.crossing.data)
    return sent


def test_every_block_that_went_to_a_reader_is_a_reading_one() -> None:
    sent = outputs("usb-storage")
    wrappers = [CommandWrapper.from_bytes(raw) for raw in sent.pop("bulk")]
    assert {wrapper.block[0] for wrapper in wrappers} == READING_OPERATIONS
    assert all(wrapper.to_host for wrapper in wrappers)
    # CLEAR_FEATURE of an endpoint, GET MAX LUN, Bulk-Only Mass Storage Reset
    assert {raw[:2].hex() for raw in sent.pop("control")} == {"0201", "a1fe", "21ff"}
    assert sent == {}


def test_every_frame_that_went_to_a_cradle_asks_or_leaves() -> None:
    decoder = FrameDecoder()
    frames = [frame for raw in outputs("peb-cradle")["line"] for frame in decoder.feed(raw)]
    kinds = {frame.kind for frame in frames if isinstance(frame, Frame)}
    assert len(frames) > 100
    assert {Command.HELLO, Command.READ_PAGE, Command.BYE} <= kinds <= set(Command)
    assert not kinds & set(RESERVED_FOR_WRITING)


def test_nothing_ever_went_to_a_printing_device() -> None:
    assert outputs("print-line") == {}
    called = {called for called, _ in calls_in(SOURCES / "print_line.py")}
    assert "write" not in called
