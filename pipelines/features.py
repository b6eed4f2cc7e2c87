"""What a question and a passage have in common, as numbers: the raw material of relevance and confidence."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from domain.evidence import Evidence

PARAMETERS = Path(__file__).parent / "parameters"

Matrix = npt.NDArray[np.float64]

STOP_WORDS = frozenset(
    """a about after all also am an and any are as at be been before being between both but by can could did
    do does doing done during each for from had has have having he her his how i if in into is it its itself
    many may me might more most much must my name named no nor not of on one only or other our over shall she
    should so some such than that the their them then there these they this those through to under up upon us
    use used was we were what when where which while who whom whose why will with would you your
    """.split()  # noqa: SIM905
)

_WORD = re.compile(r"\w+(?:[.,]\d+)*")
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_NAME = re.compile(r"\b[A-ZÀ-Þ][\w’'-]*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_MONTH = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December|century|"
    r"decade|spring|summer|autumn|winter|BC|AD|\d0s)\b"
)
_NUMERAL = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|million|"
    r"billion|half|third|quarter|percent|no|none|both|single|twice|several|few)\b",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"\b(?:because|due|since|thus|therefore|order to|so that|result|caused?|reason|leads?|led|allow)",
    re.IGNORECASE,
)
_ENDINGS = ("ingly", "edly", "ings", "ing", "ies", "ied", "ers", "es", "is", "ed", "er", "ly", "s", "e", "y")


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A crude stem: inflections cut, then the first six letters, so that related words meet.

    Cutting words to a prefix is a known, language-independent alternative to a stemmer (McNamee and
    Mayfield, "Character N-Gram Tokenization for European Language Text Retrieval", 2004).
    """
    if not word.isascii():
        word = "".join(
            char for char in unicodedata.normalize("NFKD", word) if not unicodedata.combining(char)
        )
    word = word.casefold()
    if len(word) > 3 and not word[0].isdigit():
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= 3:
                word = word[: -len(ending)]
                break
    return word[:6] if word[:1].isalpha() else word.replace(",", "").rstrip(".")


@lru_cache(maxsize=8192)
def terms(text: str) -> tuple[str, ...]:
    """The stems of ``text`` in order, stop words included; each CJK character is a term of its own.

    Remembered for the passages seen last: questions about the same documents find them again.
    """
    if not text.isascii():
        text = _IDEOGRAPH.sub(r" \g<0> ", text)
    return tuple(map(stem, _WORD.findall(text)))


@cache
def _stop_stems() -> frozenset[str]:
    return frozenset(map(stem, STOP_WORDS))


def content_terms(text: str) -> list[str]:
    """The distinct stems of ``text`` that are no stop words, in order; all if nothing is left."""
    found = list(dict.fromkeys(terms(text)))
    return [term for term in found if term not in _stop_stems()] or found


@cache
def _document_frequencies() -> tuple[int, dict[str, int]]:
    with (PARAMETERS / "terms.json").open(encoding="utf-8") as file:
        table = json.load(file)
    return int(table["documents"]), dict(table["frequencies"])


def idf(term: str) -> float:
    """Inverse document frequency of a stem in the shipped table, in [0, 1]; 1 for one that it lacks."""
    documents, frequencies = _document_frequencies()
    return math.log((documents + 1) / (frequencies.get(term, 0) + 1)) / math.log(documents + 1)


def names(text: str) -> set[str]:
    """Stems of the capitalised words of ``text`` that are not merely its first word or a stop word."""
    found = {
        stem(match.group().removesuffix("'s").removesuffix("’s"))
        for match in _NAME.finditer(text)
        if match.start() > 0 or text[match.start() : match.start() + 2].isupper()
    }
    return found - _stop_stems()


def numbers(text: str) -> set[str]:
    """The numbers of ``text``, without thousands separators."""
    return {match.replace(",", "").rstrip(".") for match in _NUMBER.findall(text)}


def coverage(wanted: dict[str, float], present: Iterable[str]) -> float:
    """Share of the weight of ``wanted`` terms that are ``present``; 1.0 when nothing is wanted."""
    total = sum(wanted.values())
    if total <= 0:
        return 1.0
    here = present if isinstance(present, (set, frozenset)) else set(present)
    return sum(weight for term, weight in wanted.items() if term in here) / total


@dataclass(frozen=True, slots=True)
class Question:
    """A question taken apart once: ``weights`` is the idf of each content term, ``wants`` its answer type."""

    text: str
    weights: dict[str, float]
    pairs: frozenset[tuple[str, str]]
    names: frozenset[str]
    numbers: frozenset[str]
    wants: str

    @classmethod
    def of(cls, text: str) -> Question:
        """Take ``text`` apart; only its first 2,000 characters count."""
        text = text[:2000]
        content = content_terms(text)
        sequence = [term for term in terms(text) if term not in _stop_stems()]
        return cls(
            text=text,
            weights={term: idf(term) for term in content},
            pairs=frozenset(pairwise(sequence)),
            names=frozenset(names(text)),
            numbers=frozenset(numbers(text)),
            wants=answer_type(text),
        )


def answer_type(question: str) -> str:
    """What the question asks for: ``person``, ``time``, ``number``, ``place``, ``reason`` or ``other``."""
    text = " " + question.casefold()
    if re.search(
        r"\bhow (?:many|much|long|old|large|big|far|tall|high|often|fast)\b|percent|\bnumber of\b", text
    ):
        return "number"
    if re.search(r"\bwhen\b|\b(?:what|which|in what) (?:year|date|day|month|century|decade|time)", text):
        return "time"
    if re.search(r"\bwho\b|\bwhom\b|\bwhose\b", text):
        return "person"
    if re.search(r"\bwhere\b|\b(?:what|which) (?:country|city|state|place|region|town|continent)", text):
        return "place"
    if re.search(r"\bwhy\b|\bwhat (?:caused|causes|reason)", text):
        return "reason"
    return "other"


def answers_type(question: Question, text: str) -> float:
    """Whether ``text`` holds something of the type that the question wants.

    1.0 or 0.0; 0.5 when the question's type says nothing.
    """
    if question.wants == "number":
        return float(bool(_NUMERAL.search(text)))
    if question.wants == "time":
        return float(bool(_YEAR.search(text)) or bool(_MONTH.search(text)))
    if question.wants in ("person", "place"):
        return float(any(stem(match.group()) not in question.weights for match in _NAME.finditer(text, 1)))
    if question.wants == "reason":
        return float(bool(_REASON.search(text)))
    return 0.5


def matches(question: str, text: str) -> list[tuple[int, int]]:
    """Where words of ``text`` stand that the question has too, stop words aside: first and last character."""
    wanted = set(content_terms(question)) - _stop_stems()
    return [word.span() for word in _WORD.finditer(text) if stem(word[0]) in wanted]


def positions(question: Question, sequence: Sequence[str]) -> list[tuple[int, str]]:
    """Where the question's content terms stand in ``sequence``."""
    weights = question.weights
    return [(index, term) for index, term in enumerate(sequence) if term in weights]


def pair_coverage(question: Question, places: Sequence[tuple[int, str]], reach: int = 3) -> float:
    """Share of the question's neighbouring content terms that stand in order within ``reach`` terms."""
    if not question.pairs:
        return 0.0
    near = {(left, right) for (here, left), (there, right) in pairwise(places) if there - here <= reach}
    return len(question.pairs & near) / len(question.pairs)


def window_coverage(question: Question, places: Sequence[tuple[int, str]], width: int = 24) -> float:
    """The best ``coverage`` of the question in any ``width`` neighbouring terms."""
    total = sum(question.weights.values())
    inside: dict[str, int] = {}
    first, weight, best = 0, 0.0, 0.0
    for index, term in places:
        if not inside.get(term):
            weight += question.weights[term]
        inside[term] = inside.get(term, 0) + 1
        while places[first][0] <= index - width:
            gone = places[first][1]
            inside[gone] -= 1
            if not inside[gone]:
                weight -= question.weights[gone]
            first += 1
        best = max(best, weight)
    return best / total if total > 0 else 1.0


USUAL_CANDIDATES = 50
"""How many candidates a search in a collection of some size brings."""

PASSAGE_FEATURES = (
    "similarity",
    "similarity_missing",
    "similarity_gap",
    "similarity_rank",
    "keyword",
    "keyword_missing",
    "keyword_rank",
    "coverage",
    "list_coverage",
    "window",
    "pairs",
    "type",
    "top_similarity",
    "top_coverage",
)
"""Names of the columns of ``passage_features``."""


def _reciprocal(rank: int | None) -> float:
    return 0.0 if rank is None else 1.0 / rank


def _list_weights(question: Question, vocabulary: Sequence[frozenset[str]]) -> dict[str, float]:
    # A short list says little about how rare a term is: it is taken as part of a usual one.
    count = max(len(vocabulary), USUAL_CANDIDATES)
    return {
        term: math.log((count + 1) / (sum(term in words for words in vocabulary) + 0.5))
        for term in question.weights
    }


def passage_features(question: str, candidates: Sequence[Evidence]) -> Matrix:
    """Describe each candidate of a question.

    Returns:
        Shape (len(candidates), len(PASSAGE_FEATURES)); every value is finite.

    """
    asked = Question.of(question)
    sequences = [terms(candidate.context) + terms(candidate.text) for candidate in candidates]
    places = [positions(asked, sequence) for sequence in sequences]
    vocabulary = [frozenset(term for _, term in place) for place in places]
    local = _list_weights(asked, vocabulary)
    similarities = [candidate.scores.similarity for candidate in candidates]
    found = [score for score in similarities if score is not None]
    floor, top = (min(found), max(found)) if found else (0.0, 0.0)
    covered = [coverage(asked.weights, words) for words in vocabulary]
    rows = []
    for candidate, place, words, similarity, share in zip(
        candidates, places, vocabulary, similarities, covered, strict=True
    ):
        value = floor if similarity is None else similarity
        rows.append(
            (
                value,
                float(similarity is None),
                top - value,
                _reciprocal(candidate.scores.similarity_rank),
                candidate.scores.keyword or 0.0,
                float(candidate.scores.keyword is None),
                _reciprocal(candidate.scores.keyword_rank),
                share,
                coverage(local, words),
                window_coverage(asked, place),
                pair_coverage(asked, place),
                answers_type(asked, candidate.text),
                top,
                max(covered),
            )
        )
    return np.array(rows, dtype=np.float64).reshape(len(candidates), len(PASSAGE_FEATURES))
