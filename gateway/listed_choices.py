"""From the names of a vote image log to the contests and choices of the definition."""

from dataclasses import dataclass

from election.definition import Choice, Contest
from election.documents import VoteImageCount

WIDTH = 40
"""Columns after which a listing cuts the title of a contest and the name of a choice."""


@dataclass(frozen=True, slots=True)
class ListedChoice:
    """What one count of a listing is for."""

    contest: Contest
    choice: Choice | None
    """None for a write-in."""


def listed_choice(count: VoteImageCount, contests: tuple[Contest, ...]) -> ListedChoice | None:
    """Return what `count` is for, or None when no choice, or more than one, has its names.

    Names are compared exactly as a listing prints them, cut at 40 columns, with trailing
    no-break spaces: those tell the ballot lines of a fusion candidate apart.
    """
    titled = contests_titled(count.contest, contests)
    if count.write_in:
        found = [ListedChoice(contest, None) for contest in titled if contest.write_in]
    else:
        found = [
            ListedChoice(contest, choice)
            for contest in titled
            for choice in contest.choices
            if _cut(choice.name) == count.name
        ]
    return found[0] if len(found) == 1 else None


def contests_titled(title: str, contests: tuple[Contest, ...]) -> tuple[Contest, ...]:
    """Return the contests that a listing prints as `title`; more than one in a primary."""
    return tuple(contest for contest in contests if _cut(contest.title) == title)


def _cut(text: str) -> str:
    return text[:WIDTH].rstrip(" ")
