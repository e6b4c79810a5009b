"""A shipping label as a PDF: one page, real enough to be opened, printed and counted."""

from collections.abc import Sequence

SIZES = {"A6": (298, 420), "A5": (420, 595)}
"""Width and height in points."""
_MARGIN, _LINE = 24, 18


def label_pdf(lines: Sequence[str], *, size: str = "A6") -> bytes:
    """Write ``lines`` on a page, from the top; letters that Latin-1 lacks become ``?``."""
    width, height = SIZES[size]
    shown = " ".join(f"({_escaped(line)}) Tj 0 -{_LINE} Td" for line in lines)
    text = f"BT /F1 12 Tf {_MARGIN} {height - 2 * _MARGIN} Td {shown} ET".encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents 4 0 R "
            "/Resources << /Font << /F1 5 0 R >> >> >>"
        ).encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    return _file(objects)


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _file(objects: Sequence[bytes]) -> bytes:
    """Put numbered objects behind each other, with the table of where each begins."""
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(content))
    return content + head + table + tail
