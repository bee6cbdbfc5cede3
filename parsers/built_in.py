"""The parsers that come with Zerotape, by name, and where they are.

Named here instead of among the installed entry points: looking those up takes longer than loading
a parser and reading a listing with it.
"""

from collections.abc import Mapping

BUILT_IN: Mapping[str, str] = {
    "el155": "parsers.unity.el155.parser:PARSER",
    "el152": "parsers.unity.el152.parser:PARSER",
    "erm-ascii": "parsers.unity.ascii_export.parser:PARSER",
    "el68": "parsers.unity.el68.parser:PARSER",
    "el68a": "parsers.unity.el68a.parser:PARSER",
    "el30a": "parsers.unity.reports.parser:EL30A",
    "el30": "parsers.unity.reports.parser:EL30",
    "el45a": "parsers.unity.reports.parser:EL45A",
    "el45": "parsers.unity.reports.parser:EL45",
    "el52": "parsers.unity.canvass.el52:PARSER",
    "el111": "parsers.unity.canvass.el111:PARSER",
    "m100-tape": "parsers.tapes.m100:PARSER",
    "ivotronic-tape": "parsers.tapes.ivotronic:PARSER",
    "m100-card": "parsers.media.m100_card.parser:PARSER",
    "peb": "parsers.media.peb.parser:PARSER",
    "flash": "parsers.media.flash.parser:PARSER",
    "flash-card": "parsers.media.flash.card_parser:PARSER",
    "protocol-form": "parsers.typed.protocol_form:PARSER",
    "typed-tape": "parsers.typed.typed_tape:PARSER",
    "el30a-pdf": "parsers.unity.pdf_copy.parser:PARSER",
}
"""Those first that load fastest and whose reports do not print their own name."""

BEGINNINGS: Mapping[str, bytes] = {
    "m100-card": b"ZTM100C1",
    "peb": b"ZTPEB001",
    "flash": b"ZTIVOTF1",
}
"""First bytes of images of media: they do not print the name of their format as listings do."""
