"""Tapes of the Model 100 scanner in the project profile `zt-m100-tape-1`."""

from election.documents import DeviceClass
from parsers.contract import Parser
from parsers.tapes.columns import MOST_PROTECTIVE
from parsers.tapes.layout import TapeLayout, count_line, moment_line, text_line
from parsers.tapes.report import TapeParser

LAYOUT = TapeLayout(
    device_class=DeviceClass.M100,
    device_name="MODEL 100",
    unit=text_line("SCANNER", "unit"),
    device=(
        text_line("FIRMWARE", "firmware"),
        text_line("CARD", "card"),
        moment_line("POLLS OPENED", "opened", absent="NOT OPENED"),
        moment_line("POLLS CLOSED", "closed", absent="NOT CLOSED"),
        moment_line("PRINTED", "printed"),
        count_line("COPY", "copy"),
    ),
    has_terminals=False,
    counts=(
        count_line("TOTAL BALLOTS", "ballots"),
        count_line("PROTECTIVE COUNT AT OPEN", "protective_open", most=MOST_PROTECTIVE),
        count_line("PROTECTIVE COUNT", "protective_close", most=MOST_PROTECTIVE),
        count_line("BLANK BALLOTS", "blank_ballots"),
        count_line("OVERVOTED BALLOTS", "overvoted_ballots"),
        count_line("WRITE-IN BALLOTS", "write_in_ballots"),
    ),
    has_overvotes=True,
    has_write_in_names=False,
)

PARSER: Parser = TapeParser(name="m100-tape", layout=LAYOUT)
