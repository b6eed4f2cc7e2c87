"""Pictures of pages with passages boxed on them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from PIL import Image, ImageChops, ImageDraw

from domain.documents import Rectangle
from domain.errors import NotFound, UnreadableDocument
from pipelines.boxes import locate
from pipelines.readers import pdfium as engine
from pipelines.readers import read
from pipelines.readers.detect import is_pdf

__all__ = ["ACCENT", "locate", "page_text", "render_page"]

ACCENT = (15, 110, 110)
"""The accent colour of the theme, red, green and blue."""

_TINT = 0.22  # how much of the accent lies over a boxed passage
_PADDING = 0.004  # of the page's width, so that a box does not touch its letters
_LEAST_WIDTH, _MOST_WIDTH = 100, 3000
_QUALITY = 88  # letters stay crisp
# A page may be as long as a scroll; its picture is scaled down to this many pixels.
_MOST_PIXELS = 16_000_000


def render_page(
    path: Path, page_number: int, boxes: Sequence[Rectangle] = (), width_px: int = 1000
) -> bytes | None:
    """A JPEG picture of page ``page_number`` (from 1), ``width_px`` wide, with ``boxes`` highlighted.

    ``boxes`` are fractions of the page as it is shown. ``None`` for a format without page pictures (text,
    Markdown). Raises ``NotFound`` when there is no such page and ``UnreadableDocument`` when the file or
    the page cannot be drawn.
    """
    if not is_pdf(path, "The document"):
        return None
    image = _drawn(path, page_number, min(max(width_px, _LEAST_WIDTH), _MOST_WIDTH))
    if boxes:
        _highlight(image, boxes)
    output = io.BytesIO()
    # As large as a PNG and written in a seventh of its time.
    image.save(output, "JPEG", quality=_QUALITY, subsampling=0)
    return output.getvalue()


def page_text(path: Path, name: str, page_number: int) -> str | None:
    """The text of page ``page_number`` (from 1) as its reader gives it; ``None`` for a format with pictures.

    Raises ``UnreadableDocument``; a page that does not exist has no text.
    """
    if is_pdf(path, name):
        return None
    pages = read(path, name).pages
    return pages[page_number - 1].text if 1 <= page_number <= len(pages) else ""


def _drawn(path: Path, page_number: int, width_px: int) -> Image.Image:
    try:
        with engine.opened(path) as document:
            with engine.LOCK:
                total = len(document)
            if not 1 <= page_number <= total:
                raise NotFound(
                    f"The document has {total} pages and no page {page_number}; choose another one."
                )
            with engine.page_of(document, page_number - 1) as page:
                return _bitmap(page, width_px)
    except pdfium.PdfiumError as error:
        raise UnreadableDocument(
            "The page cannot be drawn because the file is damaged there; its text can still be read."
        ) from error


def _bitmap(page: Any, width_px: int) -> Image.Image:
    width, height = page.get_size()
    if width <= 0 or height <= 0:
        raise UnreadableDocument("The page has no size and cannot be drawn; its text can still be read.")
    scale = width_px / width
    pixels = width * height * scale**2
    if pixels > _MOST_PIXELS:
        scale *= (_MOST_PIXELS / pixels) ** 0.5
    bitmap = page.render(scale=scale, rev_byteorder=True)
    try:
        shared: Image.Image = bitmap.to_pil()
        # A copy, since the bitmap's memory goes when it is closed.
        return shared.copy() if shared.mode == "RGB" else shared.convert("RGB")
    finally:
        bitmap.close()


def _highlight(image: Image.Image, boxes: Sequence[Rectangle]) -> None:
    """Tint and frame the boxes. Tinting multiplies, as a highlighter does: black letters stay black."""
    tint = (*(round(255 - (255 - channel) * _TINT) for channel in ACCENT),)
    places = [_place(box, image.width, image.height) for box in boxes]
    inside, frame = (Image.new("L", image.size, 0) for _ in range(2))
    for place in places:
        ImageDraw.Draw(inside).rectangle(place, fill=255)
        ImageDraw.Draw(frame).rectangle(place, fill=255)
    line = max(1, image.width // 600)
    for left, top, right, bottom in places:  # only what borders on unboxed paper stays framed
        if right - left > 2 * line and bottom - top > 2 * line:
            ImageDraw.Draw(frame).rectangle((left + line, top + line, right - line, bottom - line), fill=0)
    around = inside.getbbox()
    if around is None:
        return
    part = image.crop(around)
    colour = ImageChops.multiply(part, Image.new("RGB", part.size, tint))
    image.paste(colour, around[:2], inside.crop(around))
    image.paste(ACCENT, around, frame.crop(around))


def _place(box: Rectangle, width: int, height: int) -> tuple[int, int, int, int]:
    padding = _PADDING * width
    left, top = round(box.left * width - padding), round(box.top * height - padding)
    right, bottom = round(box.right * width + padding), round(box.bottom * height + padding)
    left, right = sorted((min(max(left, 0), width - 1), min(max(right, 0), width - 1)))
    top, bottom = sorted((min(max(top, 0), height - 1), min(max(bottom, 0), height - 1)))
    return left, top, right, bottom
