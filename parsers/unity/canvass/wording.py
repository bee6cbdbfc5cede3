"""Phrases that both canvass reports print."""

import re

_COUNTED = re.compile(r"\bWITH +(\d{1,6}) +OF +(\d{1,6}) +PRECINCTS +(?:REPORTING|COUNTED)\b")
_VOTE_FOR = re.compile(r" {1,8}\(?vote for\b[a-z() ]{0,40}(\d{1,2})?\)?", re.IGNORECASE)


def with_counted(text: str) -> tuple[str, tuple[int, int] | None]:
    """Return `text` without `WITH n OF m PRECINCTS REPORTING`, and n and m if it was there."""
    counted = _COUNTED.search(text)
    if counted is None:
        return text, None
    rest = text[: counted.start()].rstrip(" ") + text[counted.end() :]
    return rest, (int(counted[1]), int(counted[2]))


def votes_allowed(text: str) -> tuple[bool, int | None]:
    """Say whether `text` is a line such as `Vote For Up To  2`, and the number if it has one."""
    found = _VOTE_FOR.fullmatch(text)
    if found is None:
        return False, None
    return True, int(found[1]) if found[1] else None
