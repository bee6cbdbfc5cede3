"""Why a file that looks like a log listing is none: EL68 and EL68A say it in the same way."""

import re
from collections.abc import Callable, Sequence


def why_no_log(
    top: Sequence[str],
    title: re.Pattern[str],
    heading: re.Pattern[str],
    is_entry: Callable[[str], bool],
    headings: str,
) -> str:
    """Return what is missing around title, column heading or entries in the first lines `top`.

    Empty where there is nothing of the log. `headings` are the words of the column heading.
    """
    titled = [title.match(text) is not None for text in top]
    if any(titled):
        if titled[0]:
            return f"no line has the headings {headings}."
        return f"{top[0][:40]!r} stands above its title."
    if any(map(heading.fullmatch, top)) or any(map(is_entry, top)):
        return f"it has no title {title.pattern}, and begins with {top[0][:40]!r}."
    return ""
