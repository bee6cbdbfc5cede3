"""What is done at the bench and when, as a script or a person says it, one action a line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from election.errors import ZerotapeError

MOST_STEPS = 10_000
LATEST_S = 86_400.0

GRAMMAR = """\
plug STATION        unplug STATION      (printer, cradle, card-reader)
print N             print all           (N: number of a tape)
insert N            pull STATION        (N: number of a medium)
wait SECONDS        list                quit"""


class BadStep(ZerotapeError):
    """A line that is no action."""


class Verb(StrEnum):
    """What can be done."""

    PLUG = "plug"
    UNPLUG = "unplug"
    PRINT = "print"
    INSERT = "insert"
    PULL = "pull"
    WAIT = "wait"
    LIST = "list"
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class Step:
    """One action."""

    verb: Verb
    what: str = ""
    """Station, number or seconds; empty where the verb takes none."""
    at_s: float | None = None
    """Seconds since the beginning; None: as soon as the step before is done."""

    def __str__(self) -> str:
        return f"{self.verb} {self.what}".strip()


def read_timetable(lines: Iterable[str]) -> tuple[Step, ...]:
    """Read a script: `[SECONDS] ACTION` a line, `#` begins a remark. Raises BadStep."""
    steps = tuple(_steps(lines))
    times = [step.at_s for step in steps if step.at_s is not None]
    if times != sorted(times):
        raise BadStep("The times of the script go back. Put its lines in order.")
    return steps


def read_step(line: str) -> Step | None:
    """Read one line; None where nothing is on it. Raises BadStep."""
    words = line.partition("#")[0].split()
    if not words:
        return None
    at_s = _seconds(words[0])
    if at_s is not None:
        words = words[1:]
    if not words or words[0] not in list(Verb):
        raise BadStep(f"{line.strip()!r} is no action. There are:\n{GRAMMAR}")
    verb = Verb(words[0])
    wanted = 0 if verb in (Verb.LIST, Verb.QUIT) else 1
    if len(words) != 1 + wanted or (verb is Verb.WAIT and _seconds(words[1]) is None):
        raise BadStep(f"{line.strip()!r} is not how {verb} is written. There are:\n{GRAMMAR}")
    return Step(verb, " ".join(words[1:]), at_s)


def _steps(lines: Iterable[str]) -> Iterator[Step]:
    for number, line in enumerate(lines, start=1):
        try:
            step = read_step(line)
        except BadStep as error:
            raise BadStep(f"Line {number}: {error}") from error
        if number > MOST_STEPS:
            raise BadStep(f"The script has more than {MOST_STEPS:,} lines.")
        if step is not None:
            yield step


def _seconds(word: str) -> float | None:
    if not word.replace(".", "", 1).isdecimal() or not word.isascii():
        return None
    seconds = float(word)
    if seconds > LATEST_S:
        raise BadStep(f"{word} seconds are more than a day.")
    return seconds
