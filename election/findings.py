"""What one check says of one packet, in words for the person at the desk."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from election.records import Record


class Severity(StrEnum):
    """What a finding does to a packet, worst first."""

    BLOCK = "block"
    """Held; only new evidence can clear it."""
    TWO_PERSON = "two-person"
    """Held until two authorised people release it with a written reason."""
    WARN = "warn"
    """Released; recorded and shown."""


class Finding(Record):
    """One observation of one check (catalogue of custody checks, ids `C01` and up)."""

    check: Annotated[str, Field(pattern=r"^C[0-9]{2,3}$")]
    severity: Severity
    message: Annotated[str, Field(min_length=1, max_length=500)]
    """What happened and what to do next, for the operator."""
    evidence: Annotated[str, Field(max_length=500)] = ""
    """Values and places that the finding rests on."""
