"""Finds the sentences of a text, by rule: no model, no data files, any language with usual punctuation.

A line feed always ends a sentence, because readers keep one only where the author broke the line: rows of
tables, list items and headings stay whole. Otherwise a sentence ends at a full stop, question mark or
exclamation mark that is followed by what can start a sentence, unless the stop belongs to an abbreviation,
an initial, a number or a list's counter.
"""

from __future__ import annotations

import re

_CLOSERS = "\"'”’»›)\\]}」』）】》"
_OPENERS = "\"'“‘«‹(\\[{¿¡„「『（【《•–—-"
_END = re.compile(
    f"(?P<wide>[。！？｡]+[{_CLOSERS}]*)"  # Chinese and Japanese: no space follows
    f"|(?P<stop>[.!?…؟।]+[{_CLOSERS}]*(?:[ \u00a0]»)?(?:\\[\\d{{1,3}}(?:[,–-]\\s?\\d{{1,3}})*\\])*)(?=\\s)"
    r"|(?P<line>\s*\n\s*)"
)
_NEXT = re.compile(f"\\s+[{_OPENERS}]*(?P<first>\\S)")
_LAST_WORD = re.compile(rf"[^\s{_OPENERS}]+$")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+(?:[^\W\d_])?")
_COUNTER = re.compile(r"(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})")
_MOST_LOOKED_BACK = 40

# Never the end of a sentence: a name, a number or a reference follows.
_BOUND_WORDS = """
mr mrs ms mx dr prof rev hon st mt messrs mme mmes mlle sr sra srta dott ing gen col lt sgt capt cmdr adm
gov sen rep pres no nos nr núm fig figs figure eq eqs sec secs art arts ch chap vol vols pp pg para ref refs
tab app ex exh cf vs v e.g i.e eg ie viz al approx ca c.f z.b d.h u.a bzw vgl abs ggf inkl p.ex
jan feb mar apr jun jul aug sep sept oct nov dec janv févr avr juil déc
"""
# The end of a sentence only when the next word is one that starts sentences.
_MAYBE_WORDS = """
inc ltd corp co llc plc gmbh ag s.a n.v l.p jr esq etc usw u.s u.k u.n e.u d.c a.m p.m ph.d m.d b.a m.a
dept div est univ assn bros ave blvd rd min max avg resp
"""
_STARTER_WORDS = """
the a an this that these those it its he she they we you i in on at for from with by as if when while
after before since although however but and so there here our their his her all each some no not such
during under additionally furthermore moreover therefore thus also according what who where why how
der die das ein eine es er sie wir im am bei für mit nach seit wenn le la les un une il elle ils nous
ce cette dans pour avec el los las una en para con se lo
"""
_BOUND = frozenset(_BOUND_WORDS.split())
_MAYBE = frozenset(_MAYBE_WORDS.split())
_STARTERS = frozenset(_STARTER_WORDS.split())
# Abbreviations that are words as well: "No.", "Mar." A number or a numeral tells which it is.
_ALSO_WORDS = frozenset(["no", "art", "fig", "figure", "app", "mar", "para"])


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans ``(start, end)`` of the sentences of ``text`` in characters, without white space at their ends.

    Together the spans hold every character of ``text`` that is not white space, in order.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if match.lastgroup == "stop" and not _ends(text, start, match):
            continue
        _append(spans, text, start, match.start() if match.lastgroup == "line" else match.end())
        start = match.end()
    _append(spans, text, start, len(text))
    return spans


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))


def _ends(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether the punctuation at ``match`` ends the sentence that began at ``start``."""
    following = _NEXT.match(text, match.end())
    if following is None:
        return True
    first = following["first"]
    if first.islower():
        return False
    marks = match["stop"]
    if not marks.startswith(".") or marks.startswith(".."):
        return True
    before = _LAST_WORD.search(text, max(start, match.start() - _MOST_LOOKED_BACK), match.start())
    if before is None:
        # Only a counter, a bullet or a stray mark so far: "1." or "•." belongs to what follows.
        return bool(text[start : match.start()].strip())
    return _word_ends(before[0], text, start, before.start(), following.start("first"))


def _word_ends(word: str, text: str, start: int, word_start: int, next_start: int) -> bool:
    """Whether a full stop after ``word`` ends a sentence, given what comes next."""
    lowered = word.lower()
    if not text[start:word_start].strip() and _COUNTER.fullmatch(word):
        return False
    if lowered in _BOUND:
        # "No." can also be an answer; a number follows the abbreviation.
        return lowered in _ALSO_WORDS and not _is_reference(text, next_start, month=lowered == "mar")
    if lowered in _MAYBE or (_INITIALS.fullmatch(word) and "." in word):
        return _starter(text, next_start)
    if len(word) == 1 and word.isalpha() and word.isupper():
        return _starter(text, next_start)  # "J. Smith" goes on, "vitamin C. The" does not
    return True


def _is_reference(text: str, position: int, *, month: bool) -> bool:
    following = text[position : position + 3]
    numeral = not month and following[0] in "IVX" and not following[1:].islower()
    return following[0].isdigit() or numeral


def _starter(text: str, position: int) -> bool:
    word = re.match(r"[^\W\d_]+", text[position : position + 20])
    return word is not None and word[0].lower() in _STARTERS
