"""What the event codes of iVotronic terminals say, and how the two generations of codes map.

Seven digits (firmware 9.x): the 102 codes of the Colleton County SC event log of 2010 with its
texts (see `docs/formats/el152.md`), and six more of Baxter, Edmundson, Ortiz, Quevedo,
Rodriguez, Sturton and Wagner, "Automated Analysis of Election Audit Logs", EVT/WOTE 2012. Two
digits (firmware 8.x and older): the codes of iV Drip 0.1, Rice University, 2006. How the two map
is ours.
"""

from collections.abc import Mapping

MOST_DIGITS = 7
"""Of a code."""

OPENED = "0001672"
CLOSED = "0001673"
VOTE_BY_VOTER = "0001510"
VOTE_BY_POLL_WORKER = "0001511"
VOTES = frozenset({VOTE_BY_VOTER, VOTE_BY_POLL_WORKER})
"""One event for each ballot cast."""

OLD_CODES: Mapping[int, str] = {
    1: "Terminal clear and test",
    2: "Terminal screen calibrate",
    3: "Terminal contrast adjust",
    4: "Enter service menu",
    5: "Service password fail",
    6: "Enter ECA menu",
    7: "ECA password fail",
    8: "Date/time change",
    9: "Terminal open",
    10: "Terminal close",
    11: "Precinct upload",
    12: "Audit upload",
    13: "Print zero tape",
    14: "Print Precinct results",
    15: "Modem Precinct results",
    16: "Test vote",
    17: "Votes recollect",
    18: "Invalid vote PEB",
    19: "Invalid super PEB",
    20: "Normal ballot cast",
    21: "Super ballot cast",
    22: "Super ballot cancel",
    23: "Vote PEB load",
    24: "Vote PEB code load",
    25: "Open with super votes",
    26: "Terminal left open",
    27: "Override",
    28: "Override fail",
    29: "EQC start",
    30: "EQC password fail",
    31: "Term clear/test password fail",
    32: "Clear protective count",
    33: "Print individual zero tape",
    34: "Print individual results",
    35: "Modem Precinct results fail",
    36: "Low battery lockout",
    37: "Nonmaster PEB collection",
    38: "Voter did not select ballot",
    39: "Ballot upload",
    40: "Protective count password OK",
    41: "Protective count password fail",
    42: "Upload firmware password OK",
    43: "Upload firmware password fail",
    44: "Logic and accuracy test",
    45: "Print event log",
    46: "Terminal full",
    47: "Print logic and accuracy report",
    48: "Print vote summary report",
    49: "Internal malfunction",
    50: "Election ID mismatch",
    51: "PEB removed during collection",
}
"""Codes of two digits."""
MOST_OLD_CODE = 99

COUNTERPARTS: Mapping[int, tuple[str, ...]] = {
    1: ("0001607",),
    8: ("0001656",),
    9: (OPENED,),
    10: (CLOSED,),
    12: ("0001416",),
    13: ("0002010",),
    14: ("0002011",),
    20: (VOTE_BY_VOTER,),
    21: (VOTE_BY_POLL_WORKER,),
    22: tuple(f"000151{digit}" for digit in range(3, 10)),
    26: ("0001625", "0001321"),
    27: ("0001615", "0001321"),
    37: ("0001206",),
    50: ("0000712",),
    51: ("0001718", "0001720"),
}
"""Old code and what says the same in seven digits; several where the newer codes say more."""

CODES: Mapping[str, str] = {
    "0000100": "Select: General Information Menu",
    "0000107": "Select: Election Services Menu",
    "0000108": "Select: Print Terminal Zero Tape",
    "0000109": "Select: Print Polling Place Zero Tape",
    "0000110": "Select: Close Terminal Early",
    "0000112": "Select: Print Poll Place Results Tape",
    "0000114": "Select: Setup & Configuration Menu",
    "0000116": "Select: Configure Terminal",
    "0000117": "Select: Set Time and Date",
    "0000120": "Select: Set Vote Button Configuration",
    "0000126": "Select: Election Administration Menu",
    "0000167": "Select: Lock Terminal",
    "0000168": "Select: Unlock Terminal",
    "0000169": "Select: Calibrate Screen",
    "0000203": "Option: Print Zero Tape(s)",
    "0000300": "Start password procedure",
    "0000301": "Start override password procedure",
    "0000302": "Password procedure cancelled",
    "0000303": "User failed password check",
    "0000304": "Cancel override password procedure",
    "0000305": "Write PEB passwords to terminal",
    "0000601": "Zero terminal config data",
    "0000706": "Failed to retrieve EQC from PEB",
    "0000710": "PEB EQC mismatch to term config EQC",
    "0000712": "Election ID data mismatch - PEB vs CF",
    "0000713": "Failed to get PEB EQC block",
    "0000715": "No zero tape - PEB has vote data",
    "0000716": "No zero tape - open terminal(s)",
    "0001001": "Confirm PEB ballot failed by user",
    "0001003": "Failed to get PEB ballot header block",
    "0001200": "Clear terminal vote data",
    "0001206": "Vote data transfer to non-master PEB",
    "0001208": "Merge terminal & PEB vote data",
    "0001210": "Transfer terminal vote data to PEB",
    "0001211": "Terminal votes to PEB successful",
    "0001214": "Transfer terminal writein data to PEB",
    "0001215": "Terminal write-in data to PEB successful",
    "0001221": "Collect terminal vote data to PEB",
    "0001222": "Terminal vote collection successful",
    "0001302": "Failed to get PEB vote header block",
    "0001303": "Transfer PEB vote data to terminal",
    "0001317": "Transfer PEB term data to terminal",
    "0001319": "Update PEB's terminal record",
    "0001320": "Check vote collection of all terminals",
    "0001321": "Override - vote collect w/open term(s)",
    "0001400": "Verify terminal flash audit data",
    "0001401": "Copy terminal flash audit data to CF",
    "0001404": "Warning - no valid term audit data",
    "0001416": "Copy audit data from TF 1 to CF",
    "0001510": "Vote cast by voter",
    "0001511": "Vote cast by poll worker",
    "0001513": "Vote cancelled - wrong ballot",
    "0001514": "Vote cancelled - voter left after ballot",
    "0001515": "Vote canceled - voter left before ballot",
    "0001516": "Vote cancelled - voter request",
    "0001517": "Vote cancelled - printer problem",
    "0001518": "Vote cancelled - terminal problem",
    "0001519": "Vote cancelled - other reason",
    "0001607": "Clear-n-test term flash successful",
    "0001610": "Terminal clear fail - invalid PEB",
    "0001613": "Opening terminal cancelled by user",
    "0001614": "Opening terminal with PEB votes",
    "0001615": "Override opening term w/vote data",
    "0001625": "Vote collection with terminal open",
    "0001626": "Close terminal",
    "0001627": "Cancel terminal closing",
    "0001628": "Warning - terminal closed early",
    "0001633": "Terminal shutdown",
    "0001634": "Terminal shutdown - DIE exit",
    "0001635": "Terminal shutdown - IPS exit",
    "0001639": "Terminal is locked",
    "0001640": "Terminal is unlocked",
    "0001649": "Term - entered service menus",
    "0001650": "Term - exited service menus",
    "0001651": "Warning - cannot read terminal screen",
    "0001652": "Terminal touch-screen test",
    "0001654": "Cancel terminal screen calibration",
    "0001655": "Terminal touch-screen recalibrated",
    "0001656": "Set terminal date and/or time",
    "0001657": "Changed vote button configuration",
    "0001672": "Terminal Opened",
    "0001673": "Terminal Closed",
    "0001702": "Invalid PEB for procedure",
    "0001703": "Warning - PEB I/O flag set",
    "0001704": "Warning - I/O flagged PEB will be used",
    "0001705": "PEB - timestamp mismatch to terminal",
    "0001715": "Super PEB type - clear and test",
    "0001718": "PEB pulled during PEB block read",
    "0001720": "PEB pulled during PEB block verify",
    "0001721": "PEB pulled while getting PEB type",
    "0001722": "PEB pulled while getting PEB revision",
    "0001723": "PEB pulled while getting aux info",
    "0001725": "PEB not prepared for polls",
    "0002010": "Print cumulative zeros tape",
    "0002011": "Print cumulative results tape",
    "0002012": "Print terminal zero tape",
    "0002210": "PEB block CRC error",
    "0002400": "PEB access failed",
    "0002402": "PEB read failed",
    "0002405": "Failed to get PEB type",
    "0002406": "Failed to get PEB revision",
    "0002802": "Terminal - open state",
    "0002803": "Terminal - closed state",
    "0002804": "Terminal - blank state",
    "0002807": "Terminal - locked state",
    "0002808": "Terminal - opening state",
    "0002809": "Terminal - closing state",
    "0002810": "Terminal - time to close voting",
}
"""Codes of seven digits."""


def from_old(code: int) -> str:
    """Return the code in seven digits where exactly one says the same, else `code` in two."""
    counterparts = COUNTERPARTS.get(code, ())
    return counterparts[0] if len(counterparts) == 1 else f"{code:02}"


def text_of(code: str) -> str:
    """Return what `code`, of seven or two digits, says; empty for one that nobody published."""
    if len(code) == MOST_DIGITS:
        return CODES.get(code, "")
    return OLD_CODES.get(int(code), "")
