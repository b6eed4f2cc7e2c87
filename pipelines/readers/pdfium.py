"""PDFium: opening a PDF, and the text lines of a page with their boxes.

PDFium is not thread-safe, not even for different documents: everything that touches it in this process
holds ``LOCK``, and closes explicitly what it opened, so that no finaliser runs outside of it.
"""

from __future__ import annotations

import ctypes
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw

from domain.documents import Rectangle
from pipelines.readers.cleaning import clean_line

# The bindings carry no types.
raw: Any = pypdfium2.raw
_open: Callable[..., pdfium.PdfDocument] = pdfium.PdfDocument
_error: Callable[[str], pdfium.PdfiumError] = pdfium.PdfiumError

LOCK = threading.RLock()

# PDFium writes U+FFFE for the hyphen of a word that it saw broken over two lines, and no line break.
_PIECES = re.compile("([^\r\n\ufffe]+)([\r\n\ufffe]*)")
_HYPHEN = "\ufffe"
_WIDE = re.compile("[\U00010000-\U0010ffff]")
# Boxes of this many characters of a line are joined: enough for a slanted or wavy line, and quick.
_SAMPLES = 4
_DEVICE = 1_000_000
# A box that sticks out of the page by this share of it is still on the page.
_OUTSIDE = 0.001


Fractions = Callable[[float, float], tuple[float, float]]
"""Maps a point of a page's own coordinates to fractions of the page as it is shown, from the top left."""


@dataclass(frozen=True, slots=True)
class RawLine:
    """A line as PDFium gives it. ``hyphenated``: its last word goes on in the next line."""

    text: str
    rectangle: Rectangle | None = None
    hyphenated: bool = False


@contextmanager
def opened(path: Path) -> Iterator[pdfium.PdfDocument]:
    """The document at ``path``, closed again at the end. The lock is held only while it opens and closes.

    Raises ``pypdfium2.PdfiumError`` when PDFium refuses the file.
    """
    with LOCK:
        document: Any = _open(path)
    try:
        yield document
    finally:
        with LOCK:
            document.close()


def needs_password(error: pdfium.PdfiumError) -> bool:
    """Whether PDFium refused the file because it wants a password or knows no such encryption."""
    return error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)


@dataclass(frozen=True, slots=True)
class RawPage:
    """The visible lines of a page in PDFium's reading order, and its map from points to fractions."""

    lines: list[RawLine]
    fractions: Fractions


@contextmanager
def page_of(document: pdfium.PdfDocument, index: int) -> Iterator[Any]:
    """Page ``index`` (from 0), with the lock held until it is closed again.

    Raises ``pypdfium2.PdfiumError`` when the page is damaged.
    """
    with LOCK:
        page = document[index]
        try:
            yield page
        finally:
            page.close()


def read_page(document: pdfium.PdfDocument, index: int) -> RawPage:
    """The text of page ``index`` (from 0). Raises ``pypdfium2.PdfiumError`` when the page is damaged."""
    with page_of(document, index) as page:
        fractions = to_fractions(page)
        textpage = page.get_textpage()
        try:
            return RawPage(list(_lines(textpage, fractions)), fractions)
        finally:
            textpage.close()


def to_fractions(page: pdfium.PdfPage) -> Fractions:
    """The map from a point of the page's own coordinates to fractions of the page as it is shown.

    It follows the page's rotation and crop box. PDFium maps points to whole device pixels; three points
    on a very large device give the affine map without that rounding.
    """
    x, y = ctypes.c_int(), ctypes.c_int()

    def device(at_x: float, at_y: float) -> tuple[float, float]:
        raw.FPDF_PageToDevice(page, 0, 0, _DEVICE, _DEVICE, 0, at_x, at_y, x, y)
        return x.value / _DEVICE, y.value / _DEVICE

    origin = device(0, 0)
    along_x = device(1000, 0)
    along_y = device(0, 1000)
    a, b = ((along_x[i] - origin[i]) / 1000 for i in (0, 1))
    c, d = ((along_y[i] - origin[i]) / 1000 for i in (0, 1))

    def apply(at_x: float, at_y: float) -> tuple[float, float]:
        return origin[0] + a * at_x + c * at_y, origin[1] + b * at_x + d * at_y

    return apply


def _lines(textpage: Any, fractions: Fractions) -> Iterator[RawLine]:
    try:
        text = textpage.get_text_range()
    except (AssertionError, UnicodeError) as error:
        raise _error("The page's text is inconsistent.") from error
    box = _BoxReader(textpage, fractions)
    shift = 0  # PDFium counts UTF-16 units: two for a character outside of the basic plane
    for piece in _PIECES.finditer(text):
        start, shift = piece.start(1) + shift, shift + len(_WIDE.findall(piece[1]))
        line = clean_line(piece[1])
        if not line:
            continue
        rectangle, visible = box.of(start, piece.end(1) + shift)
        if visible:
            yield RawLine(line, rectangle, hyphenated=_HYPHEN in piece[2])


class _BoxReader:
    """Boxes of ranges of a page's text, from the boxes of a few of their characters."""

    def __init__(self, textpage: Any, fractions: Fractions) -> None:
        self._textpage = textpage.raw
        self._fractions = fractions
        self._found = raw.FS_RECTF()
        self._pointer = ctypes.byref(self._found)

    def of(self, start: int, end: int) -> tuple[Rectangle | None, bool]:
        """The box of characters ``start`` to ``end``, if there is one, and whether it is on the page."""
        index_of = raw.FPDFText_GetCharIndexFromTextIndex
        first, last = index_of(self._textpage, start), index_of(self._textpage, end - 1)
        if first < 0 or last < first:
            return None, True
        step = max(1, (last - first) // (_SAMPLES - 1))
        edges = [self._loose(index) for index in (*range(first, last, step), last)]
        boxes = [edge for edge in edges if edge is not None]
        if not boxes:
            return None, True
        one = self._fractions(min(b[0] for b in boxes), min(b[1] for b in boxes))
        two = self._fractions(max(b[2] for b in boxes), max(b[3] for b in boxes))
        left, right = sorted((one[0], two[0]))
        top, bottom = sorted((one[1], two[1]))
        if right < -_OUTSIDE or left > 1 + _OUTSIDE or bottom < -_OUTSIDE or top > 1 + _OUTSIDE:
            return None, False
        return Rectangle(*(round(min(1.0, max(0.0, v)), 5) for v in (left, top, right, bottom))), True

    def _loose(self, index: int) -> tuple[float, float, float, float] | None:
        """Left, bottom, right and top of one character with its font's height; none for generated ones."""
        found = self._found
        if not raw.FPDFText_GetLooseCharBox(self._textpage, index, self._pointer):
            return None
        left, right = sorted((found.left, found.right))
        bottom, top = sorted((found.bottom, found.top))
        return (left, bottom, right, top) if right > left and top > bottom else None
