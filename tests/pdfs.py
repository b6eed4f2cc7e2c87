"""Makes the PDFs that tests read: small, real files, each with the one property a test is about."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from fpdf import FPDF
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject, RectangleObject

PROSE = (
    "The library opened in 1904 with 3,200 books. It was paid for by a baker who never learned to read. "
    "Every evening his daughter read to him from the new arrivals, and the neighbours came to listen. "
    "When the flood of 1931 reached the windows, the books were carried to the bakery in bread baskets. "
    "Not one of them was lost. The baskets are still shown to visitors on Sundays."
)


def pdf(pages: Sequence[str], *, title: str | None = None, author: str | None = None) -> bytes:
    """A PDF with one page for each text; line feeds in it are line breaks on the page."""
    made = FPDF(format="A4")
    made.set_font("Helvetica", size=12)
    if title:
        made.set_title(title)
    if author:
        made.set_author(author)
    for text in pages:
        made.add_page()
        made.multi_cell(0, 6, text)
    return bytes(made.output())


def outlined(parts: Sequence[tuple[int, str, str]]) -> bytes:
    """A PDF with an outline, on as many pages as needed; ``parts`` are level, title and body of sections."""
    made = FPDF(format="A4")
    made.add_page()
    for level, title, body in parts:
        made.set_font("Helvetica", "B", 16)
        made.start_section(title, level=level - 1)
        made.multi_cell(0, 10, title, new_x="LMARGIN", new_y="NEXT")
        made.set_font("Helvetica", size=12)
        made.multi_cell(0, 6, body, new_x="LMARGIN", new_y="NEXT")
    return bytes(made.output())


def placed(texts: Sequence[tuple[float, float, str]]) -> bytes:
    """A PDF with one page and each of ``texts`` at its place: millimetres from the left and the top."""
    made = FPDF(format="A4")
    made.set_font("Helvetica", size=12)
    made.add_page()
    for left, top, text in texts:
        made.text(left, top, text)
    return bytes(made.output())


def remapped(data: bytes, letter: str, meaning: str) -> bytes:
    """``data`` whose fonts say that ``letter`` (Latin) means the character ``meaning``, as maths fonts do."""
    cmap = (
        "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
        "1 beginbfrange <20> <7E> <0020> endbfrange "
        f"1 beginbfchar <{ord(letter):02X}> <{meaning.encode('utf-16-be').hex()}> endbfchar endcmap end"
    )
    stream = DecodedStreamObject()
    stream.set_data(cmap.encode())
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    for page in writer.pages:
        for font in page["/Resources"]["/Font"].values():
            font.get_object()[NameObject("/ToUnicode")] = writer._add_object(stream)
    return _written(writer)


def image_only(pages: int = 2) -> bytes:
    """A PDF as a scanner makes it: a picture on each page and no text."""
    made = FPDF(format="A4")
    for _ in range(pages):
        made.add_page()
        made.image(Image.new("L", (40, 60), 90), x=20, y=20, w=100)
    return bytes(made.output())


def encrypted(data: bytes, password: str) -> bytes:
    """``data`` with AES encryption; an empty ``password`` opens without asking."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    return _written(writer)


def rotated(data: bytes, degrees: int) -> bytes:
    """``data`` with all pages shown turned clockwise by ``degrees``."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    for page in writer.pages:
        page.rotate(degrees)
    return _written(writer)


def cropped(data: bytes, left: float, bottom: float, right: float, top: float) -> bytes:
    """``data`` with only a part of each page shown; edges in points from the bottom left."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    for page in writer.pages:
        page.cropbox = RectangleObject((left, bottom, right, top))
    return _written(writer)


def labelled(data: bytes, first: int, last: int, style: str) -> bytes:
    """``data`` with the labels of pages ``first`` to ``last`` (from 0) in ``style``, such as ``/r``."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.set_page_label(first, last, style)
    writer.set_page_label(last + 1, len(writer.pages) - 1, "/D")
    return _written(writer)


def saved(folder: Path, data: bytes, name: str = "document.pdf") -> Path:
    """The path of a file in ``folder`` that holds ``data``."""
    path = folder / name
    path.write_bytes(data)
    return path


def _written(writer: PdfWriter) -> bytes:
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()
