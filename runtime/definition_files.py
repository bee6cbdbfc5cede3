"""Reading the election definition that a configuration names."""

from pathlib import Path

from election.definition_file import MAX_BYTES, LoadedDefinition, load_definition
from election.errors import DefinitionError


def read_definition(path: Path) -> LoadedDefinition:
    """Load the definition file at `path`; raise DefinitionError."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DefinitionError(str(path), [f"it cannot be read: {error.strerror}"]) from error
    return load_definition(content, str(path))
