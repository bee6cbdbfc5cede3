"""Prints pages of text as a PDF: one font, one text operator a line, as a word processor would."""

import zlib
from collections.abc import Iterable, Sequence

FIRST_BASELINE = 760
LINE_PITCH = 11
LEFT_MARGIN = 40
FONT_SIZE = 9


def printed_pdf(pages: Iterable[Sequence[str]], *, compressed: bool = True) -> bytes:
    """Return a PDF with one page for each of `pages`; raise UnicodeEncodeError beyond cp1252."""
    contents = [_stream(_content(lines), compressed=compressed) for lines in pages]
    numbers = range(4, 4 + 2 * len(contents), 2)
    kids = " ".join(f"{number} 0 R" for number in numbers).encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(contents), kids),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    for number, content in zip(numbers, contents, strict=True):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 1000 792] "
            b"/Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % (number + 1)
        )
        objects.append(content)
    return _file(objects)


def _content(lines: Sequence[str]) -> bytes:
    out = [f"BT /F1 {FONT_SIZE} Tf {LINE_PITCH} TL {LEFT_MARGIN} {FIRST_BASELINE} Td".encode()]
    for line in lines:
        escaped = (line or " ").replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        out.append(b"(%s) Tj T*" % escaped.encode("cp1252"))
    return b"\n".join([*out, b"ET"])


def _stream(content: bytes, *, compressed: bool) -> bytes:
    data = zlib.compress(content) if compressed else content
    kind = b" /Filter /FlateDecode" if compressed else b""
    return b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(data), kind, data)


def _file(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n" % (len(objects) + 1, table)
    return bytes(out + b"%%EOF\n")
