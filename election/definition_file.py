"""The file form of an election definition: bytes in, definition and SHA-256 out."""

from dataclasses import dataclass
from hashlib import sha256

from pydantic import ValidationError

from election.definition import ElectionDefinition
from election.errors import DefinitionError
from election.records import problems_of
from election.strict_json import NotStrictJson, read_strict_json

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 16


@dataclass(frozen=True)
class LoadedDefinition:
    """A definition together with the hash of the very bytes that it was read from."""

    definition: ElectionDefinition
    sha256: str

    @property
    def device_digits(self) -> str:
        """The 16 hexadecimal digits that devices print, upper case."""
        return self.sha256[:16].upper()


def load_definition(content: bytes, source: str) -> LoadedDefinition:
    """Read a definition file; raise DefinitionError that names `source` and every problem."""
    try:
        read_strict_json(content, max_bytes=MAX_BYTES, max_depth=MAX_DEPTH)
        definition = ElectionDefinition.model_validate_json(content)
    except NotStrictJson as error:
        raise DefinitionError(source, [str(error)]) from error
    except ValidationError as error:
        raise DefinitionError(source, problems_of(error)) from error
    return LoadedDefinition(definition, sha256(content).hexdigest())


def definition_bytes(definition: ElectionDefinition) -> bytes:
    """Return the file form that Zerotape writes: indented, one final line end."""
    return definition.model_dump_json(indent=1).encode() + b"\n"
