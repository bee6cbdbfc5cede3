"""The election of a rehearsal: a definition file, or the sample election."""

from pathlib import Path

from election.definition_file import LoadedDefinition, load_definition
from election.errors import ZerotapeError
from simulators.sample import sample_definition_bytes


def loaded_definition(path: Path | None) -> LoadedDefinition:
    """Return the definition in the file `path`, the sample's for None; raise ZerotapeError."""
    if path is None:
        return load_definition(sample_definition_bytes(), "the sample election")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ZerotapeError(f"{path} cannot be read: {error.strerror}.") from error
    return load_definition(content, str(path))
