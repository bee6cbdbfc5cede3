"""Form #9 of a precinct, as a file."""

from election.protocol_form import ProtocolForm
from parsers.typed.strict_record import RecordParser

PARSER = RecordParser("protocol-form", "zerotape-protocol-form-1", ProtocolForm, lambda form: form)
