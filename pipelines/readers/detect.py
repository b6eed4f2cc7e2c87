"""Finds out what a file is from its bytes; its name only tells plain text from Markdown."""

from __future__ import annotations

from pathlib import Path, PurePath

from domain.documents import MediaType
from domain.errors import UnreadableDocument

_HEAD = 4096
# ISO 32000 wants the header first; readers accept it within the first 1,024 bytes, and files rely on it.
_PDF_WITHIN = 1024
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"OggS", "an audio file"),
    (b"ID3", "an audio file"),
    (b"fLaC", "an audio file"),
)
_MARKDOWN_SUFFIXES = frozenset({".md", ".markdown", ".mdown", ".mkd"})
_SUFFIXES = frozenset({".pdf", ".txt", ".text", ".md", ".markdown"})
ENDINGS: dict[str, str] = {}
"""The formats that readers registered by the endings of their files' names, beside those of ``MediaType``."""
FORMATS = "PDF, text or Markdown"
# What people have on their disks and no reader exists for: said at once instead of after the upload.
_OTHERS: dict[str, tuple[str, ...]] = {
    "a Word document": (".doc", ".docx", ".docm", ".dot", ".dotx"),
    "an Excel workbook": (".xls", ".xlsx", ".xlsm", ".xlsb"),
    "a PowerPoint presentation": (".ppt", ".pptx", ".pps", ".ppsx"),
    "an OpenDocument file": (".odt", ".ods", ".odp", ".odg"),
    "a Pages, Numbers or Keynote file": (".pages", ".numbers", ".key"),
    "an RTF document": (".rtf",),
    "an e-book": (".epub", ".mobi", ".azw", ".azw3"),
    "a web page": (".html", ".htm", ".xhtml", ".mhtml"),
    "an e-mail": (".eml", ".msg"),
    "an image": (".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".bmp", ".webp", ".heic", ".svg"),
    "an audio file": (".mp3", ".wav", ".m4a", ".ogg", ".flac", ".aac"),
    "a video": (".mp4", ".mov", ".avi", ".mkv", ".webm"),
    "an archive": (".zip", ".gz", ".tar", ".tgz", ".7z", ".rar", ".bz2", ".xz"),
    "a program": (".exe", ".dll", ".msi", ".dmg", ".so", ".bin"),
}


def suffixes() -> frozenset[str]:
    """The endings of files that are read when a folder is given."""
    return _SUFFIXES | ENDINGS.keys()


def detect(path: Path, name: str) -> str:
    """The media type of the file at ``path``, which people know as ``name``.

    Raises ``UnreadableDocument`` when the file is empty, cannot be opened, or has no reader.
    """
    head = _head(path, name)
    if b"%PDF-" in head[:_PDF_WITHIN]:
        return MediaType.PDF
    found = _signature(head)
    suffix = PurePath(name).suffix.lower()
    if suffix in ENDINGS:
        return ENDINGS[suffix]
    if found:
        raise UnreadableDocument(f"“{name}” is {found}; upload it as {FORMATS}.")
    if suffix == ".pdf":
        raise UnreadableDocument(f"“{name}” is not a PDF, although its name says so; export it as PDF again.")
    return MediaType.MARKDOWN if suffix in _MARKDOWN_SUFFIXES else MediaType.TEXT


def is_pdf(path: Path, name: str) -> bool:
    """Whether the file at ``path`` begins as a PDF does. Raises ``UnreadableDocument`` as ``detect`` does."""
    return b"%PDF-" in _head(path, name)[:_PDF_WITHIN]


def refuse_by_name(name: str) -> None:
    """Raise ``UnreadableDocument`` when the ending of ``name`` is one that no reader exists for.

    Any other file is judged by its bytes when it is read.
    """
    suffix = PurePath(name).suffix.lower()
    for what, endings in _OTHERS.items():
        if suffix in endings and suffix not in ENDINGS:
            raise UnreadableDocument(
                f"“{name}” is {what}; PDF, text and Markdown can be read so far. Export it as one of these."
            )


def _head(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise UnreadableDocument(f"“{name}” cannot be opened; upload it again.") from error
    if not head:
        raise UnreadableDocument(f"“{name}” is empty (0 bytes); upload a file that has content.")
    return head


def _signature(head: bytes) -> str | None:
    if head[:4] == b"RIFF" and head[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        return {b"WEBP": "a WebP image", b"WAVE": "an audio file"}.get(head[8:12], "a video")
    if head[4:8] == b"ftyp":
        return "a video or HEIF image"
    return next((what for magic, what in _SIGNATURES if head.startswith(magic)), None)
