"""A tape that a person typed in from the signed paper, as a file."""

from election.typed_tape import TypedTape
from parsers.typed.strict_record import RecordParser

PARSER = RecordParser("typed-tape", "zerotape-typed-tape-1", TypedTape, TypedTape.tape)
