"""The same figures as the pages, as JSON."""

from typing import Any

from central.precinct_states import PrecinctCount
from central.totals import ContestTotals, Overview
from election.definition_file import LoadedDefinition


def totals_json(view: Overview, loaded: LoadedDefinition) -> dict[str, Any]:
    """Return totals by contest; a line that nobody reported has `null` votes."""
    return {
        **_head(view, loaded),
        "precincts": _count(view.precinct_count),
        "contests": [_contest(contest) for contest in view.contests],
    }


def precincts_json(view: Overview, loaded: LoadedDefinition) -> dict[str, Any]:
    """Return what is in of every precinct, and which devices are missing."""
    return {
        **_head(view, loaded),
        "precincts": [
            {
                "id": state.precinct.id,
                "name": state.precinct.name,
                "count_center": state.precinct.count_center,
                "reporting": state.reporting.value,
                "ballots": state.ballots,
                "returns": {
                    group: {
                        "log_index": current.log_index,
                        "payload_sha256": current.payload_sha256,
                        "ballots": current.ballots,
                        "complete": current.complete,
                    }
                    for group, current in state.returns.items()
                },
                "missing_devices": [
                    {
                        "device_class": device.device_class.value,
                        "serial": device.serial,
                        "counting_group": device.counting_group,
                    }
                    for device in state.missing
                ],
            }
            for state in view.precincts.values()
        ],
    }


def _head(view: Overview, loaded: LoadedDefinition) -> dict[str, Any]:
    definition = loaded.definition
    return {
        "unofficial": True,
        "mode": definition.mode.value,
        "election": definition.election,
        "title": definition.title,
        "jurisdiction": definition.jurisdiction,
        "date": definition.date,
        "definition_sha256": loaded.sha256,
        "log_size": view.log_size,
    }


def _contest(totals: ContestTotals) -> dict[str, Any]:
    contest = totals.contest
    return {
        "id": contest.id,
        "title": contest.title,
        "party": contest.party,
        "votes_allowed": contest.votes_allowed,
        "precincts": _count(totals.precincts),
        "lines": [
            {
                "line": line.line.value,
                "choice": line.choice or None,
                "name": line.name,
                "party": line.party,
                "votes": totals.votes.get(line.key),
            }
            for line in totals.lines
        ],
    }


def _count(count: PrecinctCount) -> dict[str, int]:
    return {
        "total": count.total,
        "complete": count.complete,
        "partly": count.partly,
        "not_in": count.not_in,
    }
