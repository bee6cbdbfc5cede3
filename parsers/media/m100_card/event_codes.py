"""What the codes in the audit log of an M100 card mean, in the project profile."""

from enum import IntEnum


class CardEvent(IntEnum):
    """Code of a log record. Paper that ran out and a write that was refused have none.

    The scanner notices neither.
    """

    DEFINITION_LOADED = 0x0001
    """Value: version."""
    BOUND_TO_SCANNER = 0x0002
    """Note: serial of the scanner."""
    POWER_ON = 0x0003
    POWER_OFF = 0x0004
    CLOCK_SET = 0x0005
    ZERO_REPORT_PRINTED = 0x0010
    """Value: copies."""
    POLLS_OPENED = 0x0011
    """Value: open count."""
    POLLS_REOPENED = 0x0012
    POLLS_CLOSED = 0x0013
    """Value: public count."""
    RESULTS_PRINTED = 0x0014
    """Value: copies."""
    TOTALS_ZEROED = 0x0015
    BALLOT_COUNTED = 0x0020
    """Value: public count after it."""
    RETURNED_FOR_OVERVOTE = 0x0021
    RETURNED_BLANK = 0x0022
    ACCEPTED_BY_OVERRIDE = 0x0023
    WRITE_IN_DIVERTED = 0x0024
    UNREADABLE = 0x0025
    JAM = 0x0026
    WAITING_FOR_PAPER = 0x0031
    CRC_ERROR_AT_POWER_ON = 0x0040
    TEST_STARTED = 0x0050
    TEST_ENDED = 0x0051
    """And totals zeroed."""
