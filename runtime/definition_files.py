"""Reading the election definition that a configuration names."""

from pathlib import Path
from zoneinfo import ZoneInfo

from election.definition_file import MAX_BYTES, LoadedDefinition, load_definition
from election.errors import DefinitionError


def read_definition(path: Path) -> LoadedDefinition:
    """Load the definition file at `path`; raise DefinitionError."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DefinitionError(str(path), [f"it cannot be read: {error.strerror}"]) from error
    loaded = load_definition(content, str(path))
    try:
        ZoneInfo(loaded.definition.time_zone)
    except (KeyError, ValueError, OSError) as error:
        problem = f"time_zone: this machine knows no zone {loaded.definition.time_zone!r}"
        raise DefinitionError(str(path), [problem]) from error
    return loaded
