"""How long a text is, in words and in word pieces, without a tokenizer."""

from __future__ import annotations

import re

# The built-in embedding sees 256 word pieces, two of which mark the beginning and the end.
TOKEN_LIMIT = 254

_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_PARTS = re.compile("[a-zà-öø-ÿ]+|\\d+|[^\\W\\d_]|[^\\w\\s]|_", re.IGNORECASE)


def words(text: str) -> int:
    """Words between white space; two Chinese, Japanese or Korean characters count as one."""
    return len(text.split()) + len(_CJK.findall(text)) // 2


def tokens(text: str) -> int:
    """An estimate of the word pieces of ``text`` that is rarely too low (see ADR 0006)."""
    count = 0
    for part in _PARTS.findall(text):
        length = len(part)
        if part[0].isdigit():
            count += (length + 1) // 2
        else:
            count += 1 if length < 8 else 1 + (length - 3) // 4
    return count
