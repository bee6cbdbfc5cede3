"""The sample election that every rehearsal can start from.

Names, registered voters and contests stand as in the Montana Secretary of State's training guide
of May 2016; `docs/sample-election.md` says what is ours.
"""

from importlib.resources import files


def sample_definition_bytes() -> bytes:
    """Return the file of the sample definition: 22 precincts, two count centers, test mode."""
    return files("simulators").joinpath("sample_election.json").read_bytes()
