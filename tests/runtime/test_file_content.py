"""A file as a length and slices."""

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.contract import Content
from runtime.file_content import FileContent, FileContentError

TEXT = bytes(range(256)) * 3
LIMIT = 1_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file with TEXT in it."""
    file = tmp_path / "a.lst"
    file.write_bytes(TEXT)
    return file


BOUNDS = st.none() | st.integers(-800, 800)


@given(begin=BOUNDS, end=BOUNDS)
def test_a_slice_of_a_file_is_that_of_its_bytes(
    tmp_path_factory: pytest.TempPathFactory, begin: int | None, end: int | None
) -> None:
    file = tmp_path_factory.getbasetemp() / "slices.lst"
    if not file.exists():
        file.write_bytes(TEXT)
    with FileContent(file, most_bytes=LIMIT) as opened:
        content: Content = opened
        assert len(content) == len(TEXT)
        assert content[begin:end] == TEXT[begin:end]


def test_a_slice_with_a_step_is_refused(path: Path) -> None:
    with FileContent(path, most_bytes=LIMIT) as content, pytest.raises(ValueError, match="step"):
        content[0:10:2]


def test_the_hash_is_that_of_the_whole_file(tmp_path: Path) -> None:
    large = tmp_path / "large.lst"
    large.write_bytes(TEXT * 3_000)  # more than two blocks
    with FileContent(large, most_bytes=1 << 30) as content:
        assert content.sha256() == hashlib.sha256(TEXT * 3_000).hexdigest()


def test_an_empty_file_has_no_bytes(tmp_path: Path) -> None:
    empty = tmp_path / "empty.lst"
    empty.touch()
    with FileContent(empty, most_bytes=0) as content:
        assert (len(content), content[:10], content.sha256()) == (
            0,
            b"",
            hashlib.sha256(b"").hexdigest(),
        )


def test_a_file_of_the_limit_is_opened_and_a_larger_one_is_not(path: Path) -> None:
    with FileContent(path, most_bytes=len(TEXT)) as content:
        assert content[:] == TEXT
    with pytest.raises(FileContentError, match="768 bytes; the most that is read are 767"):
        FileContent(path, most_bytes=len(TEXT) - 1)


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for name in (pipe, tmp_path):
        with pytest.raises(FileContentError, match="is no file"):
            FileContent(name, most_bytes=LIMIT)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileContentError, match=r"absent\.lst cannot be read: No such file"):
        FileContent(tmp_path / "absent.lst", most_bytes=LIMIT)


def test_a_file_that_becomes_shorter_never_gives_half_a_slice(path: Path) -> None:
    with FileContent(path, most_bytes=LIMIT) as content:
        os.truncate(path, 100)
        assert content[:100] == TEXT[:100]
        with pytest.raises(FileContentError, match="became shorter"):
            content[50:150]


def test_a_file_that_grew_or_was_overwritten_has_no_hash(path: Path) -> None:
    for mode in ("ab", "r+b"):
        path.write_bytes(TEXT)
        os.utime(path, ns=(1, 1))
        with FileContent(path, most_bytes=LIMIT) as content:
            with path.open(mode) as file:
                file.write(b"more")
            with pytest.raises(FileContentError, match="was written to"):
                content.sha256()


def test_a_closed_file_may_be_closed_again_and_says_that_it_cannot_be_read(path: Path) -> None:
    with FileContent(path, most_bytes=LIMIT) as content:
        content.close()
        content.close()
        with pytest.raises(FileContentError, match="cannot be read"):
            content[:1]
