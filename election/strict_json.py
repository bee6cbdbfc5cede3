"""JSON from outside: bounded, without duplicate keys, integers only."""

import json
import re
from typing import Any, NoReturn

STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
"""A string, or what begins one and never ends: left unmatched, every quote within would be tried
as a beginning, and 32 kB of escaped quotes would take 10 seconds."""

INNERMOST = re.compile(rb"\[\]|\{\}")
NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class NotStrictJson(ValueError):
    """`reason` is a stable code: size, depth or format."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def read_strict_json(content: bytes, *, max_bytes: int, max_depth: int) -> Any:  # noqa: ANN401  # JSON
    """Return the value in `content`; raise NotStrictJson.

    Refused: more than `max_bytes`, nesting beyond `max_depth`, a byte order mark, anything but
    UTF-8, duplicate keys, floats, exponents, NaN and infinities.
    """
    if len(content) > max_bytes:
        raise NotStrictJson("size", f"{len(content)} bytes, at most {max_bytes} are allowed")
    if content.startswith(b"\xef\xbb\xbf"):
        raise NotStrictJson("format", "begins with a byte order mark")
    if _deeper_than(content, max_depth):
        raise NotStrictJson("depth", f"nested deeper than {max_depth} levels, or never closed")
    try:
        return json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_without_duplicates,
            parse_float=_no_float,
            parse_constant=_no_float,
        )
    except UnicodeDecodeError as error:
        raise NotStrictJson("format", f"byte {error.start} is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise NotStrictJson("format", f"line {error.lineno}: {error.msg}") from error
    except NotStrictJson:
        raise
    except ValueError as error:
        raise NotStrictJson("format", "a number has too many digits") from error


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise NotStrictJson("format", f"key {key[:40]!r} occurs twice")
        found[key] = value
    return found


def _no_float(text: str) -> NoReturn:
    raise NotStrictJson("format", f"{text[:40]} is not an integer")


def _deeper_than(content: bytes, max_depth: int) -> bool:
    brackets = STRING.sub(b"", content).translate(None, NO_BRACKETS)
    for _ in range(max_depth):
        brackets = INNERMOST.sub(b"", brackets)
    return b"[" in brackets or b"{" in brackets
