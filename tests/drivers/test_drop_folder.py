"""Files in a folder: whole or not at all, once each, and nothing lost on the way."""

import asyncio
import fcntl
import os
import signal
import time
from contextlib import aclosing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from drivers import complete_files
from drivers.complete_files import CompleteFiles
from drivers.contract import INTERFACE_VERSION, DriverHost
from drivers.drop_folder import PLUGIN, DropFolder, DropFolderSettings
from drivers.errors import DeviceGone, DeviceRefused
from election.captures import Capture, Ending

LONG_AGO = 1_000_000_000
LISTING = b"EL45 PRECINCT LISTING\r\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


def put(path: Path, content: bytes = LISTING, *, mtime: float = LONG_AGO) -> Path:
    """Write a file that has long settled."""
    path.write_bytes(content)
    os.utime(path, (mtime, mtime))
    return path


def pull_out(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


def drop_folder(folder: Path, **settings: Any) -> DropFolder:
    return DropFolder("inbox", DropFolderSettings(folder=folder, poll_s=0.01, **settings))


def files(folder: Path, **rules: Any) -> CompleteFiles:
    chosen: dict[str, Any] = {
        "settle_s": 1.0,
        "max_bytes": 1000,
        "ignore": (".*", "*.part"),
    } | rules
    return CompleteFiles(folder, **chosen)


def names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def taken(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "taken").iterdir()}


async def take(driver: DropFolder, count: int) -> list[Capture]:
    """Do what the daemon does with the next `count` files."""
    kept: list[Capture] = []
    async with driver, aclosing(driver.captures()) as captures, asyncio.timeout(10):
        while len(kept) < count:
            kept.append(await anext(captures))
            await driver.accept(kept[-1])
    return kept


def test_the_entry_point_is_a_driver_of_this_interface(folder: Path) -> None:
    assert PLUGIN.interface_version == INTERFACE_VERSION
    settings = PLUGIN.settings.model_validate({"folder": str(folder), "ignore": ["*.x"]})
    assert isinstance(PLUGIN.open("inbox", settings, DriverHost()), DropFolder)


async def test_a_file_becomes_a_capture_and_is_moved_when_accepted(folder: Path) -> None:
    put(folder / "EL45.TXT")
    driver = drop_folder(folder)
    async with driver, aclosing(driver.captures()) as captures:
        capture = await anext(captures)
        assert (folder / "EL45.TXT").read_bytes() == LISTING
        await driver.accept(capture)
        assert not (folder / "EL45.TXT").exists()
    assert (capture.content, capture.name) == (LISTING, "EL45.TXT")
    assert (capture.device, capture.medium) == ("inbox", "file")
    assert (capture.ending, capture.line_errors) == (Ending.WHOLE, None)
    assert taken(folder) == {f"{sha256(LISTING).hexdigest()[:16]}-EL45.TXT": LISTING}


async def test_a_file_that_arrives_later_is_taken_too(folder: Path) -> None:
    driver = drop_folder(folder)
    async with driver, aclosing(driver.captures()) as captures:
        waiting = asyncio.ensure_future(anext(captures))
        await asyncio.sleep(0.03)
        assert not waiting.done()
        put(folder / "EL30.TXT.part").rename(folder / "EL30.TXT")
        capture = await waiting
        await driver.accept(capture)
    assert capture.name == "EL30.TXT"


async def test_files_come_by_age_and_then_by_name(folder: Path) -> None:
    put(folder / "c", b"3", mtime=LONG_AGO + 2)
    put(folder / "b", b"2")
    put(folder / "a", b"1")
    put(folder / "z", b"0", mtime=LONG_AGO - 1)
    kept = await take(drop_folder(folder), 4)
    assert [capture.name for capture in kept] == ["z", "a", "b", "c"]


async def test_a_crash_before_accept_gives_the_same_capture_again(folder: Path) -> None:
    put(folder / "EL45.TXT")
    driver = drop_folder(folder)
    async with driver, aclosing(driver.captures()) as captures:
        before = await anext(captures)
    [after] = await take(drop_folder(folder), 1)
    assert (after.content, after.name) == (before.content, before.name)


async def test_equal_content_under_two_names_is_captured_twice_and_moved(folder: Path) -> None:
    put(folder / "a")
    put(folder / "b")
    kept = await take(drop_folder(folder), 2)
    assert [capture.content for capture in kept] == [LISTING, LISTING]
    digest = sha256(LISTING).hexdigest()[:16]
    assert taken(folder) == {f"{digest}-a": LISTING, f"{digest}-b": LISTING}


async def test_the_same_file_dropped_again_leaves_one_copy(folder: Path) -> None:
    for _ in range(2):
        put(folder / "a")
        await take(drop_folder(folder), 1)
    assert not (folder / "a").exists()
    assert list(taken(folder).values()) == [LISTING]


async def test_a_taken_file_with_other_content_is_never_overwritten(folder: Path) -> None:
    put(folder / "a")
    (folder / "taken").mkdir()
    target = folder / "taken" / f"{sha256(LISTING).hexdigest()[:16]}-a"
    target.write_bytes(b"tampered")
    with pytest.raises(DeviceRefused, match="other content"):
        await take(drop_folder(folder), 1)
    assert ((folder / "a").read_bytes(), target.read_bytes()) == (LISTING, b"tampered")


async def test_a_file_changed_before_accept_stays_and_is_captured_again(folder: Path) -> None:
    put(folder / "a", b"first")
    driver = drop_folder(folder)
    async with driver, aclosing(driver.captures()) as captures:
        first = await anext(captures)
        put(folder / "a", b"second")
        await driver.accept(first)
        assert (folder / "a").read_bytes() == b"second"
        second = await anext(captures)
        await driver.accept(second)
    assert (first.content, second.content) == (b"first", b"second")
    assert list(taken(folder).values()) == [b"second"]


async def test_a_file_removed_before_accept_is_no_fault(folder: Path) -> None:
    path = put(folder / "a")
    driver = drop_folder(folder)
    async with driver, aclosing(driver.captures()) as captures:
        capture = await anext(captures)
        path.unlink()
        await driver.accept(capture)
    assert taken(folder) == {}


async def test_a_folder_that_is_not_there_is_gone(folder: Path) -> None:
    with pytest.raises(DeviceGone):
        await take(drop_folder(folder / "stick"), 1)


async def test_a_folder_that_vanishes_is_gone(folder: Path) -> None:
    driver = drop_folder(folder)
    async with driver, aclosing(driver.captures()) as captures:
        waiting = asyncio.ensure_future(anext(captures))
        await asyncio.sleep(0.03)
        pull_out(folder)
        with pytest.raises(DeviceGone):
            await waiting


async def test_another_stick_at_the_same_place_is_opened_afresh(folder: Path) -> None:
    driver = drop_folder(folder)
    async with driver, aclosing(driver.captures()) as captures:
        pull_out(folder)
        folder.mkdir()  # noqa: ASYNC240  # one call
        put(folder / "a")
        with pytest.raises(DeviceGone, match="another file system"):
            await anext(captures)
    assert [capture.name for capture in await take(drop_folder(folder), 1)] == ["a"]


async def test_a_folder_that_is_a_file_is_refused(folder: Path) -> None:
    with pytest.raises(DeviceRefused, match="Name a folder"):
        await take(drop_folder(put(folder / "a")), 1)


async def test_a_folder_where_nothing_can_be_moved_is_refused_before_any_capture(
    folder: Path,
) -> None:
    put(folder / "taken")
    with pytest.raises(DeviceRefused, match="move it away"):
        await drop_folder(folder).__aenter__()


async def test_a_file_that_cannot_be_moved_is_refused_and_stays(folder: Path) -> None:
    put(folder / "a")
    driver = drop_folder(folder)
    async with driver, aclosing(driver.captures()) as captures:
        capture = await anext(captures)
        (folder / "taken").rmdir()
        put(folder / "taken")
        with pytest.raises(DeviceRefused, match="cannot be used"):
            await driver.accept(capture)
    assert (folder / "a").read_bytes() == LISTING


async def test_a_cancellation_ends_the_waiting_and_leaves_nothing(folder: Path) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await take(drop_folder(folder), 1)


async def test_names_of_any_length_and_encoding_are_taken(folder: Path) -> None:
    long = "x" * 251 + ".TXT"
    put(folder / long, b"long", mtime=LONG_AGO - 1)
    put(folder / os.fsdecode(b"Z\xe4hlung"), b"latin 1")
    kept = await take(drop_folder(folder), 2)
    assert [capture.name for capture in kept] == [long, "Z\\xe4hlung"]
    assert sorted(taken(folder).values()) == [b"latin 1", b"long"]
    [moved] = [name for name in taken(folder) if name.endswith(".TXT")]
    assert moved == sha256(b"long").hexdigest()[:16] + "-" + "x" * 234 + ".TXT"


def test_a_fresh_file_waits_until_it_has_been_unchanged_long_enough(folder: Path) -> None:
    found = files(folder)
    put(folder / "a", b"1", mtime=5000)
    assert found.settled(wall=5000.2, steady=10.0) == []
    put(folder / "a", b"12", mtime=5000.8)
    assert found.settled(wall=5001.5, steady=11.3) == []
    assert names(found.settled(wall=5001.9, steady=11.7)) == ["a"]


def test_a_file_from_the_future_settles_by_being_watched(folder: Path) -> None:
    found = files(folder)
    put(folder / "a", b"1", mtime=9000)
    assert found.settled(wall=5000, steady=10.0) == []
    put(folder / "a", b"12", mtime=9000)
    assert found.settled(wall=5000, steady=10.9) == []
    assert found.settled(wall=5000, steady=11.8) == []
    assert names(found.settled(wall=5000, steady=12.0)) == ["a"]


def test_a_file_renamed_into_place_with_an_old_time_has_settled_at_once(folder: Path) -> None:
    found = files(folder)
    part = put(folder / "EL45.TXT.part")
    assert found.settled(wall=time.time(), steady=10.0) == []
    part.rename(folder / "EL45.TXT")
    assert names(found.settled(wall=time.time(), steady=10.1)) == ["EL45.TXT"]


def test_a_file_that_somebody_holds_open_for_writing_is_told_but_not_read(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = put(folder / "a", b"half")
    with path.open("ab") as writer:
        assert files(folder).read(path) is None
        assert "open for writing" in caplog.text
        writer.write(b" and half")
    whole = files(folder).read(path)
    assert whole is not None
    assert whole.content == b"half and half"


def test_a_writer_that_comes_during_the_check_does_not_kill_us(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(folder / "a")
    really, signals = fcntl.fcntl, []

    def with_writer(fd: int, command: int, argument: int) -> int:
        result = really(fd, command, argument)
        if (command, argument) == (fcntl.F_SETLEASE, fcntl.F_RDLCK):
            with pytest.raises(BlockingIOError):  # the kernel tells us first, by a signal
                os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        return result

    monkeypatch.setattr(fcntl, "fcntl", with_writer)
    default = signal.signal(signal.SIGIO, lambda number, _: signals.append(number))
    try:
        assert files(folder).read(path) is not None
    finally:
        signal.signal(signal.SIGIO, default)
    assert signals == []  # by default SIGIO ends the process


def test_a_file_that_changes_while_it_is_read_is_not_taken(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(folder / "a", b"half")

    def unseen_writer(_fd: int) -> bool:
        with path.open("ab") as writer:
            writer.write(b" and half")
        return False

    monkeypatch.setattr(complete_files, "_has_writer", unseen_writer)
    assert files(folder).read(path) is None


def test_what_is_no_complete_file_stays_and_is_told_once(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = put(folder.parent / "secret")
    (folder / "link").symlink_to(secret)
    os.mkfifo(folder / "fifo")
    (folder / "sub").mkdir()
    put(folder / "huge", b"x" * 1001)
    put(folder / "empty", b"")
    put(folder / ".hidden")
    put(folder / "good", b"x" * 1000)
    found = files(folder)
    for _ in range(3):
        assert names(found.settled(wall=time.time(), steady=10.0)) == ["good"]
    found_there = [path.name for path in folder.iterdir()]
    told = {name: [m for m in caplog.messages if f"'{name}'" in m] for name in found_there}
    assert {name: len(messages) for name, messages in told.items()} == {
        "link": 1, "fifo": 1, "sub": 1, "huge": 1, "empty": 1, ".hidden": 0, "good": 0,
    }  # fmt: skip
    assert "1001 bytes, and 1000 are allowed" in told["huge"][0]


@pytest.mark.parametrize("kind", ["link", "fifo", "sub"])
def test_a_file_replaced_by_something_else_before_the_read_is_not_followed(
    folder: Path, kind: str
) -> None:
    path = put(folder / "a")
    found = files(folder)
    assert names(found.settled(wall=time.time(), steady=10.0)) == ["a"]
    path.rename(folder / "b")
    if kind == "link":
        path.symlink_to(folder / "b")
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.mkdir()
    assert found.read(path) is None


def test_a_file_that_is_gone_at_the_read_is_no_fault(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert files(folder).read(folder / "a") is None
    assert caplog.messages == []
