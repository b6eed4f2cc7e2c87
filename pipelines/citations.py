"""Citations of a language model's answer: read from its text, checked against the passages, and located."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from haystack import component, default_from_dict, default_to_dict

from domain.evidence import Answer, Citation, Claim, Confidence, Evidence
from domain.models import ChatReply
from pipelines.features import content_terms, coverage, idf, terms
from pipelines.prompts import NO_ANSWER
from pipelines.sentences import sentences

_GROUP = re.compile(
    r"[ \t]*[\[【(]\s*(?:passages?\s*)?(\d{1,3}(?:\s*(?:,|;|and|und|et)\s*\d{1,3})*)\s*[\]】)]", re.I
)
_MARKER = re.compile(r"\[(\d{1,3})\]")
_MARKERS = re.compile(r"(?:\s*\[\d{1,3}\])+")
_AFTER_STOP = re.compile(r"\s*([.!?])((?:\s*\[\d{1,3}\])+)(?=\s|$)")
_WORD = re.compile(r"\w+")
_LEAST_WORDS = 3
_BETWEEN = ",;:.–—- "


@dataclass(frozen=True, slots=True)
class Read:
    """An answer's text with citations in one form, ``[1][2]``, and what was wrong with the model's own."""

    text: str
    dropped: int


def normalise(text: str, passages: int) -> Read:
    """Write every citation as ``[n]`` and take out those of passages that do not exist.

    ``[1, 2]``, ``【1】`` and ``(passage 1)`` become ``[1][2]``, ``[1]`` and ``[1]``; a number in plain
    parentheses, such as a year or a loss in a balance sheet, is none.
    """
    dropped = 0

    def one_form(match: re.Match[str]) -> str:
        nonlocal dropped
        if match[0].lstrip().startswith("(") and "passage" not in match[0].lower():
            return match[0]
        numbers = [int(number) for number in re.findall(r"\d+", match[1])]
        known = [number for number in dict.fromkeys(numbers) if 1 <= number <= passages]
        dropped += len(numbers) - len(known)
        space = " " if known and match[0][0].isspace() else ""
        return space + "".join(f"[{number}]" for number in known)

    text = _GROUP.sub(one_form, text.replace(NO_ANSWER, ""))
    # A citation after the full stop would be taken for the beginning of the next sentence.
    text = _AFTER_STOP.sub(lambda match: f" {match[2].strip()}{match[1]}", text)
    return Read(re.sub(r"[ \t]+([.,;:!?])", r"\1", text).strip(), dropped)


def claims_of(text: str) -> tuple[Claim, ...]:
    """The statements of an answer with the numbers that stand behind each.

    A sentence with citations inside is several statements; a few words before or after a citation are none of
    their own. Each claim's text is a piece of ``text``, which ``normalise`` has put into one form.
    """
    return tuple(claim for start, end in sentences(text) for claim in _claims_in(text[start:end]))


def _claims_in(sentence: str) -> list[Claim]:
    found: list[Claim] = []
    waiting: tuple[int, ...] = ()
    short, position = "", 0
    for group in _MARKERS.finditer(sentence):
        piece = sentence[position : group.start()].strip().lstrip(_BETWEEN)
        numbers = tuple(int(number) for number in _MARKER.findall(group[0]))
        position = group.end()
        if _is_statement(piece):
            found.append(Claim(piece, _distinct(waiting + numbers)))
            waiting = ()
        elif found:
            found[-1] = Claim(found[-1].text, _distinct(found[-1].citations + numbers))
        else:
            # "Per [1], the gate …": what follows is what it stands for.
            waiting, short = waiting + numbers, short or piece
    rest = sentence[position:].strip().lstrip(_BETWEEN)
    if _is_statement(rest):
        found.append(Claim(rest, _distinct(waiting)))
    elif waiting and short:
        found.append(Claim(short, _distinct(waiting)))
    return found


def _is_statement(piece: str) -> bool:
    return len(_WORD.findall(piece)) >= _LEAST_WORDS


def _distinct(numbers: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(numbers))


def locate_quote(claim: str, passage: str) -> tuple[int, int]:
    """The sentence of ``passage`` that shares most with ``claim``: its first and last character.

    Nothing, ``(0, 0)``, when no sentence shares a content word with it.
    """
    weights = {term: idf(term) for term in content_terms(claim)}
    best, where = 0.0, (0, 0)
    for start, end in sentences(passage):
        share = coverage(weights, frozenset(terms(passage[start:end])))
        if share > best:
            best, where = share, (start, end)
    return where


@component
class CitationParser:
    """Turns a model's reply into an answer whose citations are checked.

    Example::

        CitationParser().run(reply=reply, passages=[...])["answer"].citations
    """

    def to_dict(self) -> dict[str, Any]:
        """The configuration: none."""
        return default_to_dict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> CitationParser:
        """Rebuild from ``to_dict``."""
        parser: CitationParser = default_from_dict(cls, data)
        return parser

    @component.output_types(answer=Answer)
    def run(self, reply: ChatReply, passages: Sequence[Evidence]) -> dict[str, Answer]:
        """Read the citations of ``reply``.

        Returns:
            ``answer``: with a claim for every statement, a citation for every pair of a statement and a
            passage that it names, located in the passage, and ``certainty`` and ``dropped_citations`` among
            the features of its confidence. Abstained when the model says that it has no answer.

        """
        features = {} if reply.certainty is None else {"certainty": reply.certainty}
        if reply.text.lstrip(" \n*\"'`#-").startswith(NO_ANSWER):
            return {"answer": Answer("", abstained=True, confidence=Confidence(None, (), features))}
        read = normalise(reply.text, len(passages))
        claims = claims_of(read.text)
        features["dropped_citations"] = float(read.dropped)
        citations = tuple(
            citation
            for claim in claims
            for number in claim.citations
            for citation in _located(number, claim.text, passages[number - 1])
        )
        return {
            "answer": Answer(read.text, False, claims, citations, confidence=Confidence(None, (), features))
        }


def _located(number: int, claim: str, item: Evidence) -> list[Citation]:
    start, end = locate_quote(claim, item.text)
    return [Citation(number, item.chunk_id, item.document_id, item.page, start, end, item.text[start:end])]
