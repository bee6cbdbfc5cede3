"""Replays what a system log says was loaded, and holds it against the totals that it prints."""

from dataclasses import dataclass, field

from election.listings import ListingCheck, SystemAction
from parsers.unity.el68a.entries import Effect
from parsers.unity.findings import Findings


@dataclass(slots=True)
class _Precinct:
    before: int | None
    """Ballots that groups had which the log has not shown yet; None where it does not say."""
    groups: dict[int, int] = field(default_factory=dict)
    line: int = 0
    """Where the log last printed its total."""


class Replay:
    """The ballots of every precinct by counting group, as the log leads to them."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._precincts: dict[int, _Precinct] = {}
        self._before: int | None = None
        """0 as soon as the log has shown the whole database empty."""

    def apply(self, action: SystemAction, effect: Effect) -> None:
        """Do what `action` does, and compare the total that it prints."""
        if effect is Effect.CLEAR:
            self._precincts.clear()
            self._before = 0
        elif action.precinct is None or effect is Effect.NONE:
            return
        elif effect is Effect.UNKNOWN or action.group is None:
            # Nobody knows what it did: the next total is where the replay begins again.
            self._precincts[action.precinct] = _Precinct(None)
        else:
            self._load(action, action.group, effect)

    def _load(self, action: SystemAction, group: int, effect: Effect) -> None:
        assert action.precinct is not None
        precinct = self._precincts.setdefault(action.precinct, _Precinct(self._before))
        unseen = group not in precinct.groups and precinct.before != 0
        if effect is Effect.RESET:
            precinct.groups[group] = 0
            precinct.before = None if unseen else precinct.before
            return
        assert action.ballots is not None
        assert action.total is not None
        if effect is Effect.SET:
            precinct.groups[group] = action.ballots
        elif not unseen:
            precinct.groups[group] = precinct.groups.get(group, 0) + action.ballots
        self._compare(precinct, action, action.total, unseen=unseen)

    def _compare(
        self, precinct: _Precinct, action: SystemAction, total: int, *, unseen: bool
    ) -> None:
        known = sum(precinct.groups.values())
        if (unseen or precinct.before is None) and total >= known:
            precinct.before = total - known
        else:
            replayed = known + (precinct.before or 0)
            if total != replayed:
                message = (
                    f"Precinct {action.precinct:04} has TOT={total}; replaying the log gives "
                    f"{replayed} over all groups."
                )
                lines = (precinct.line, action.line) if precinct.line else (action.line,)
                self._findings.add(ListingCheck.REPLAY, message, *lines)
        precinct.line = action.line
