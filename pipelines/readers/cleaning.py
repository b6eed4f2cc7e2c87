"""Removes from a document's text what cannot be shown or stored, and what hides from the reader's eye."""

from __future__ import annotations

import re

# Invisible characters go: they break search, and text nobody sees can carry instructions for a model.
# U+200C and U+200D stay, because Persian, Indic scripts and emoji need them.
_REMOVED = re.compile(
    "["
    "\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls
    "\ud800-\udfff\ufffe\uffff"  # lone surrogates and non-characters
    "\u00ad\u180e\u200b\u200e\u200f\u2060-\u2064\ufeff"  # soft hyphen, zero width, directional marks
    "\u202a-\u202e\u2066-\u206f"  # bidirectional overrides
    "\U000e0000-\U000e007f"  # tags
    "]+"
)
_BREAKS = re.compile("\r\n?|[\x85\u2028\u2029]")
_SPACES = re.compile("[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_REPLACED = re.compile("[\ufb00-\ufb06\uf000-\uf0ff]")
_LIGATURES = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
}


def clean(text: str) -> str:
    """``text`` without invisible characters, with line feeds as line breaks and plain spaces.

    Form feeds stay, since they part pages. Ligatures are spelled out; characters of symbol fonts
    (U+F000 to U+F0FF, nearly always list marks) become a bullet.
    """
    text = _BREAKS.sub("\n", text)
    text = _REMOVED.sub("", text)
    text = _SPACES.sub(" ", text)
    return _REPLACED.sub(lambda match: _LIGATURES.get(match.group(), "•"), text)


def clean_line(text: str) -> str:
    """``clean`` for one line: white space of any kind becomes one space, none at the ends."""
    return " ".join(clean(text).split())
