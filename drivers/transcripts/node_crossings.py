"""How a session with a node of the kernel is written down, call by call."""

import errno
from struct import Struct

from pydantic import BaseModel, ConfigDict, NonNegativeInt

from election.captures import WriteProtection

NODE = "node"
"""Channel of the openings: what the node shows of itself, nothing where it has no medium."""
IDENTITY = "identity"
ATTRIBUTE = "attribute"

REQUEST = Struct("<QI")
"""Offset and length of a read: what goes out to the kernel."""


class Shown(BaseModel):
    """What an open node shows of itself."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    name: str
    size: NonNegativeInt
    token: str
    protection: WriteProtection
    facts: tuple[str, ...]


def error_name(error: Exception) -> str:
    """Return the name that stands for `error`: of its errno, or of its class."""
    if isinstance(error, OSError):
        return errno.errorcode.get(error.errno or 0, OSError.__name__)
    return type(error).__name__
