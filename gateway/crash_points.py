"""Where a test may kill the gateway: between any two durable steps."""

from enum import StrEnum

VARIABLE = "ZEROTAPE_GATEWAY_CRASH_AT"


class CrashPoint(StrEnum):
    """The durable steps of a total, in their order."""

    EVIDENCE_FILE_WRITTEN = "evidence-file-written"
    CAPTURE_RECORDED = "capture-recorded"
    READING_RECORDED = "reading-recorded"
    BEFORE_RELEASE_COMMIT = "before-release-commit"
    AFTER_RELEASE_COMMIT = "after-release-commit"
    RECEIPT_SETTLED = "receipt-settled"
