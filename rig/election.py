"""The small election of the rig: one precinct, and every kind of medium that it leaves behind."""

import json

from election.definition_file import LoadedDefinition, load_definition
from simulators.polling_place.evening import leavings_of
from simulators.polling_place.leavings import Leavings
from simulators.sample import sample_definition_bytes

SEED = 1
VOTER_PEB = "299901"
"""Activated the ballots; comes back beside the master."""


def definition_bytes() -> bytes:
    """Return the definition: the first precinct of the sample, whose totals come from media."""
    sample = json.loads(sample_definition_bytes())
    precinct = sample["precincts"][0]
    for device in precinct["devices"]:
        device["reported_by"] = "medium"
        if device["device_class"] == "ivotronic":
            device["media"] = [VOTER_PEB]
    sample["precincts"] = [precinct]
    sample["count_centers"] = [
        center for center in sample["count_centers"] if center["id"] == precinct["count_center"]
    ]
    return json.dumps(sample, indent=1).encode() + b"\n"


def leavings() -> tuple[LoadedDefinition, tuple[Leavings, ...]]:
    """Return the definition, and what scanner and terminals of its precinct leave behind."""
    loaded = load_definition(definition_bytes(), "the rig's election")
    [precinct] = loaded.definition.precincts
    left = tuple(leavings_of(loaded.definition, loaded.sha256, precinct, SEED))
    return loaded, left
