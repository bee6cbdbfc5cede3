"""Reading a TOML configuration: unknown keys are refused and every wrong key is named."""

import tomllib
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, ValidationInfo

from election.errors import ZerotapeError
from election.records import problems_of

MAX_BYTES = 1024 * 1024


class ConfigurationError(ZerotapeError):
    """A configuration that cannot be used; the daemon does not start."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        listed = "".join(f"\n  - {problem}" for problem in problems)
        super().__init__(f"{path} cannot be used. Correct it and start again:{listed}")
        self.path = path
        self.problems = problems


class Settings(BaseModel):
    """Base of every section: frozen, and without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


S = TypeVar("S", bound=Settings)


def _beside_the_file(path: Path, info: ValidationInfo) -> Path:
    folder: Path = (info.context or {}).get("folder", Path())
    return folder / path.expanduser()


ConfiguredPath = Annotated[Path, AfterValidator(_beside_the_file)]
"""A path; a relative one starts at the folder of the configuration file."""


def read_settings(path: Path, model: type[S]) -> S:
    """Read the TOML file at `path` as `model`; raise ConfigurationError naming every wrong key."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(path, [f"the file cannot be read: {error.strerror}"]) from error
    if len(content) > MAX_BYTES:
        raise ConfigurationError(path, [f"the file is larger than {MAX_BYTES} bytes"])
    try:
        values = tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} is not UTF-8: a TOML file is plain text"
        raise ConfigurationError(path, [problem]) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(path, [f"no TOML: {error}"]) from error
    try:
        return model.model_validate(values, context={"folder": path.parent.absolute()})
    except ValidationError as error:
        raise ConfigurationError(path, problems_of(error)) from error
