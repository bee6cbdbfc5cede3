"""Strict JSON: agrees with the standard library where it accepts, and refuses quickly."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.strict_json import NotStrictJson, read_strict_json

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


def read(content: bytes, *, max_bytes: int = 1_000_000, max_depth: int = 40) -> Any:
    return read_strict_json(content, max_bytes=max_bytes, max_depth=max_depth)


def depth_of(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth_of, value), default=0)
    return 0


@given(values, st.booleans(), st.sampled_from([None, 2]))
def test_it_reads_what_the_standard_library_reads(
    value: object, ascii_only: bool, indent: int | None
) -> None:
    content = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    assert read(content) == json.loads(content) == value


@given(values)
def test_the_depth_limit_is_exact(value: object) -> None:
    content = json.dumps(value).encode()
    depth = depth_of(value)
    assert read(content, max_depth=depth) == value
    if depth:
        with pytest.raises(NotStrictJson) as caught:
            read(content, max_depth=depth - 1)
        assert caught.value.reason == "depth"


@given(st.binary(max_size=60) | st.text('[]{}",:\\ 01eE.+-au\n', max_size=60).map(str.encode))
def test_no_other_exception_escapes_and_nothing_wrong_is_accepted(content: bytes) -> None:
    try:
        found = read(content)
    except NotStrictJson as refused:
        found = refused.reason
    assert found in ("size", "depth", "format") or found == json.loads(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"1.0", "not an integer"),
        (b"1e3", "not an integer"),
        (b"1E3", "not an integer"),
        (b"-0.0", "not an integer"),
        (b"NaN", "not an integer"),
        (b"Infinity", "not an integer"),
        (b"[-Infinity]", "not an integer"),
        (b'{"a":1,"a":1}', "twice"),
        (b'{"a":1,"\\u0061":2}', "twice"),
        (b'[{"b":{"a":1,"a":1}}]', "twice"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'"\xff"', "UTF-8"),
        (b'"\xed\xa0\x80"', "UTF-8"),
        (b"9" * 5000, "too many digits"),
        (b"{} {}", "Extra data"),
        (b"", "Expecting value"),
        (b"{'a':1}", "double quotes"),
        (b'"a\nb"', "control character"),
        (b'{"a":1,}', "line 1"),
        (b"01", "Extra data"),
        (b'["]"', "never closed"),
    ],
)
def test_what_is_refused_is_named(content: bytes, words: str) -> None:
    with pytest.raises(NotStrictJson, match=words):
        read(content)


def test_the_size_limit_is_exact() -> None:
    assert read(b"[1]", max_bytes=3) == [1]
    with pytest.raises(NotStrictJson, match="4 bytes") as caught:
        read(b"[1] ", max_bytes=3)
    assert caught.value.reason == "size"


def test_brackets_within_strings_have_no_depth() -> None:
    text = '[[[[{{{{\\"[[["'
    assert read(json.dumps([text]).encode(), max_depth=1) == [text]


@pytest.mark.parametrize(
    "bomb",
    [
        b"[" * 250_000,
        b'{"a":' * 50_000,
        b"[]" * 125_000,
        b'"' + b'\\"' * 125_000,
        b'["' + b"\\\\" * 125_000 + b"\\",
        b'"' * 250_000,
    ],
    ids=["arrays", "objects", "closed", "escaped quotes", "backslashes", "quotes"],
)
def test_bombs_of_the_size_of_an_envelope_are_refused_at_once(bomb: bytes) -> None:
    started = time.perf_counter()
    with pytest.raises(NotStrictJson):
        read(bomb, max_depth=16)
    assert time.perf_counter() - started < 1.0
