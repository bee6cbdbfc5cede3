"""Collects what contradicts itself in a listing, without letting it fill memory."""

from collections import Counter

from election.listings import ListingCheck, ListingFinding

MOST_OF_A_CHECK = 100
"""A listing that is wrong throughout would otherwise repeat itself as text."""

MOST_LINES = 20
"""Lines named by one finding."""


class Findings:
    """Keeps the first findings of each check and counts the others."""

    def __init__(self) -> None:
        self._kept: list[ListingFinding] = []
        self._seen: Counter[ListingCheck] = Counter()

    def add(self, check: ListingCheck, message: str, *lines: int) -> None:
        """Add a finding that rests on `lines`; only the first MOST_LINES of them are named."""
        self._seen[check] += 1
        if self._seen[check] <= MOST_OF_A_CHECK:
            self._kept.append(ListingFinding(check, message, lines[:MOST_LINES]))

    def all(self) -> tuple[ListingFinding, ...]:
        """Return what was kept, and for each check how many more there were."""
        more = tuple(
            ListingFinding(check, f"And {seen - MOST_OF_A_CHECK} more of this kind.", ())
            for check, seen in self._seen.items()
            if seen > MOST_OF_A_CHECK
        )
        return (*self._kept, *more)
