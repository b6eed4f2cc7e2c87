"""Showing text that others wrote: whatever stands in it is shown and never run."""

from __future__ import annotations

import html
import re

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# Emoji names, links and arrows are made after Markdown was read, when escapes are gone: an invisible
# character keeps their parts apart, and only those, since whoever copies the text copies it too.
_LATE = re.compile(r"(\\:(?=\S)|\\@|(?<=www)\\\.|\\[<>=~-](?=\\[<>=-]))", re.IGNORECASE)
_WORD_JOINER = "\u2060"


def label(text: str) -> str:
    """``text`` for a place that reads Markdown: a button, a caption, a message box. Line breaks go."""
    escaped = _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))
    return _LATE.sub(rf"{_WORD_JOINER}\1{_WORD_JOINER}", escaped)


def markup(text: str) -> str:
    """``text`` for a place that reads HTML, as content or inside a quoted attribute."""
    return html.escape(text.replace("\x00", ""), quote=True)
