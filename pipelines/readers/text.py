"""Reads plain text in whatever encoding it was written."""

from __future__ import annotations

import codecs
import re
import unicodedata
from pathlib import Path

from charset_normalizer import from_bytes

from domain.documents import MediaType, Page, ParsedDocument
from domain.errors import UnreadableDocument
from domain.progress import Progress
from pipelines.readers.base import STAGE, reads, title_from
from pipelines.readers.cleaning import clean
from pipelines.readers.pdfium import RawLine
from pipelines.readers.reflow import joined

_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 65_536
_WESTERN = "cp1252"
_ENCODINGS = (
    _WESTERN,
    *("cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256"),
    *("shift_jis", "euc_jp", "gb18030", "big5", "cp949"),
)
# Text has no control characters but white space; a stray few occur in real files.
_MOST_CONTROLS = 0.005
_CONTROL_BYTES = bytes([*range(9), 11, *range(14, 27), *range(28, 32), 127])
_PARAGRAPHS = re.compile(r"\n[ ]*\n\s*")


@reads(MediaType.TEXT)
def read_text(path: Path, name: str, progress: Progress) -> ParsedDocument:
    """Read the text file at ``path``; form feeds part its pages, and without any it is one page.

    Raises ``UnreadableDocument`` when the bytes are not text or hold nothing but white space.
    """
    text = decoded(path, name)
    parts = text.split("\f")
    pages = []
    for number, part in enumerate(parts, start=1):
        pages.append(Page(number, _reflowed(part)))
        progress(STAGE, number, len(parts))
    if not any(page.text for page in pages):
        raise UnreadableDocument(f"“{name}” holds no text; upload a file that has content.")
    return ParsedDocument(MediaType.TEXT, title_from(name), tuple(pages))


def decoded(path: Path, name: str) -> str:
    """The cleaned text of the file at ``path``. Raises ``UnreadableDocument`` when its bytes are not text."""
    text = _decode(path.read_bytes())
    if text is None or not _is_text(text[:_SAMPLE]):
        raise UnreadableDocument(f"“{name}” is not text but binary data; upload it as PDF, text or Markdown.")
    return clean(text)


def _decode(data: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    wide = _wide(data[:_SAMPLE])
    if wide:
        return data.decode(wide, errors="replace")
    sample = data[:_SAMPLE]
    controls = len(sample) - len(sample.translate(None, _CONTROL_BYTES))
    if b"\0" in sample or controls > max(2, _MOST_CONTROLS * len(sample)):
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode(_guessed(sample), errors="replace")


def _guessed(sample: bytes) -> str:
    """The likeliest encoding of text that is not UTF-8; Western where the evidence is the same."""
    matches = from_bytes(sample, cp_isolation=list(_ENCODINGS))
    best = matches.best()
    if best is None:
        return _WESTERN
    equals = [m for m in matches if (m.chaos, m.coherence) == (best.chaos, best.coherence)]
    western = any(_WESTERN in match.could_be_from_charset for match in equals)
    return _WESTERN if western else best.encoding


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a mark: nearly every other byte of Western text is then zero."""
    pairs = len(sample) // 2
    if pairs < 4:
        return None
    if sample[1::2].count(0) > 0.7 * pairs and sample[::2].count(0) < 0.05 * pairs:
        return "utf-16-le"
    if sample[::2].count(0) > 0.7 * pairs and sample[1::2].count(0) < 0.05 * pairs:
        return "utf-16-be"
    return None


def _is_text(sample: str) -> bool:
    odd = sum(
        unicodedata.category(character) in ("Cc", "Cn", "Co", "Cs") and not character.isspace()
        for character in sample
    )
    return odd <= max(2, 0.02 * len(sample))


def _reflowed(text: str) -> str:
    paragraphs = []
    for paragraph in _PARAGRAPHS.split(text):
        lines = [RawLine(line) for line in (" ".join(row.split()) for row in paragraph.split("\n")) if line]
        if lines:
            paragraphs.append(joined(lines)[0])
    return "\n\n".join(paragraphs)
