"""Tapes of iVotronic terminals, printed from a PEB, in the profile `zt-ivotronic-tape-1`."""

from election.documents import DeviceClass
from parsers.contract import Parser
from parsers.tapes.layout import TapeLayout, count_line, moment_line, text_line
from parsers.tapes.report import TapeParser

LAYOUT = TapeLayout(
    device_class=DeviceClass.IVOTRONIC,
    device_name="IVOTRONIC",
    unit=text_line("PEB", "unit"),
    device=(
        text_line("FIRMWARE", "firmware"),
        moment_line("PRINTED", "printed"),
        count_line("COPY", "copy"),
    ),
    has_terminals=True,
    counts=(count_line("TOTAL BALLOTS", "ballots"),),
    has_overvotes=False,
    has_write_in_names=True,
)

PARSER: Parser = TapeParser(name="ivotronic-tape", layout=LAYOUT)
