"""Reading the definition file that a configuration names."""

from pathlib import Path

import pytest

from election.errors import DefinitionError
from runtime.definition_files import read_definition
from simulators.sample import sample_definition_bytes


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"absent\.json .*(?s:.)*cannot be read"):
        read_definition(tmp_path / "absent.json")


def test_a_time_zone_that_nobody_knows_is_found_before_election_night(tmp_path: Path) -> None:
    path = tmp_path / "definition.json"
    path.write_bytes(sample_definition_bytes().replace(b"America/Denver", b"America/Denvre"))
    with pytest.raises(DefinitionError, match="America/Denvre"):
        read_definition(path)
