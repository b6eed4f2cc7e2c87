"""Fit everything behind relevance, the Extractive answer and confidence, and write the report.

    python -m scripts.calibrate --data TRAIN --eval EVAL --models MODELS --work WORK

``TRAIN`` holds SQuAD as ``paragraphs.jsonl`` and ``questions.jsonl``; ``EVAL`` the folders ``scifact``,
``hotpotqa-100`` and ``musique-100``, which are fitted on as well, and any others, which are only measured.
Every score that a later stage learns from is out of fold: all questions of an article are in one fold, the
same in every stage. See docs/adr/0005-calibration-without-leakage.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from domain.config import DEFAULT_EMBEDDING, Runtime
from domain.evidence import Answer, Evidence
from pipelines import engine
from pipelines.calibration import (
    FILES,
    Logistic,
    Parameters,
    choose_threshold,
    fit_logistic,
    fold_of,
    isotonic,
)
from pipelines.confidence import CONFIDENCE_FEATURES, confidence_features
from pipelines.embedding import Embedding
from pipelines.extractive import (
    SENTENCE_FEATURES,
    Sentence,
    candidate_sentences,
    choose,
    compose,
    sentence_features,
    shortlist,
)
from pipelines.features import PARAMETERS, PASSAGE_FEATURES, Question, passage_features, terms
from pipelines.fusion import fuse
from pipelines.metrics import contains_answer, ndcg_at
from scripts import calibration_report as report
from scripts.calibration_sets import (
    ARTICLE,
    OPEN,
    Example,
    Found,
    Source,
    draw,
    folder,
    narrowed,
    questions_of,
    searched,
    squad,
    texts_of,
)

FOLDS = 6
COST = 0.5
"""A wrong answer counts half against a right one: it is shown with its source, and can be checked."""
PASSAGES = 6
WEIGHTS = tuple(round(0.3 + 0.05 * step, 2) for step in range(13))
SHARES = {"squad": 1.0, "scifact": 6.0, "hotpotqa-100": 40.0, "musique-100": 40.0}
"""Sets that are fitted on, and how much a question of each counts; the small ones would drown otherwise."""

MEASURED = {
    "multihoprag-evidence": (True, "en"),
    "fquad-fr": (True, "fr"),
    "cranfield": (False, "en"),
}
"""Sets that are only measured: whether they have answers to be found, and their language."""

Array = npt.NDArray[np.float64]


@dataclass(slots=True)
class Case:
    """A question on its way through the stages. Columns of ``rows`` are ``PASSAGE_FEATURES``."""

    example: Example
    fold: int | None
    candidates: list[Evidence]
    rows: Array
    helps: npt.NDArray[np.bool_]
    scores: Array
    relevance: Array

    def evidence(self) -> list[Evidence]:
        """What the app would show: the best candidates, with the relevance that it would give them."""
        order = np.argsort(-self.scores, kind="stable")[:PASSAGES]
        return [
            replace(
                self.candidates[index],
                rank=rank,
                scores=replace(
                    self.candidates[index].scores,
                    rerank=float(self.scores[index]),
                    relevance=float(self.relevance[index]),
                ),
            )
            for rank, index in enumerate(order, 1)
        ]


@dataclass(slots=True)
class Answered:
    """A case with its sentences and, once they are scored, its answer."""

    case: Case
    evidence: list[Evidence]
    sentences: list[Sentence]
    rows: Array
    right: npt.NDArray[np.bool_]
    scores: Array
    answer: Answer | None = None
    features: Array | None = None
    correct: bool = False


def ndcg(order: Sequence[Evidence], found: Found) -> float:
    """nDCG@10 over documents, each at its best chunk."""
    return ndcg_at([item.document_id for item in order], dict.fromkeys(found.example.gold, 1.0))


def choose_weight(found: Sequence[Found]) -> tuple[float, dict[str, dict[float, float]]]:
    """The weight of similarity with the best nDCG@10, every set counting the same, and the whole table."""
    table: dict[str, dict[float, float]] = {}
    for name in dict.fromkeys(item.example.set for item in found):
        asked = [
            item
            for item in found
            if item.example.set == name and item.example.gold and _is_open(item.example)
        ][:600]
        table[name] = {
            weight: float(np.mean([ndcg(fuse(item.dense, item.keyword, weight), item) for item in asked]))
            for weight in (0.0, *WEIGHTS, 1.0)
        }
    fitted = [table[name] for name in table if name in SHARES]
    best = max(WEIGHTS, key=lambda weight: sum(row[weight] for row in fitted))
    return best, table


def _is_open(example: Example) -> bool:
    return example.scope == OPEN


def case_of(found: Found, weight: float) -> Case:
    """Fuse a question's hits and describe its candidates."""
    candidates = fuse(found.dense, found.keyword, weight)[:50]
    helpful = found.helpful()
    example = found.example
    return Case(
        example,
        fold_of(example.group, FOLDS) if example.set in SHARES else None,
        candidates,
        passage_features(example.question, candidates),
        np.array([item.chunk_id in helpful for item in candidates], dtype=bool),
        np.zeros(len(candidates)),
        np.zeros(len(candidates)),
    )


def crossed(
    features: Sequence[str],
    tables: Sequence[tuple[int | None, float, Array, npt.NDArray[np.bool_]]],
    minimum: int | None,
    ridge: float = 1.0,
) -> tuple[Logistic, list[tuple[Array, Array]]]:
    """Fit a calibrated model, and score every table with one that has not seen its fold.

    Args:
        features: names of the columns.
        tables: per question its fold (``None``: not fitted on), its weight, rows (n, features), labels (n,).
        minimum: the fewest labels behind a knot of the calibration map; ``None`` for no map.
        ridge: see ``fit_logistic``.

    Returns:
        The model of all folds, and per table the raw and the calibrated out-of-fold scores. The map of a
        fold is fitted on the out-of-fold scores of the other folds.

    """

    def stacked(parts: Sequence[int]) -> tuple[Array, Array, Array]:
        rows = np.concatenate([tables[index][2] for index in parts])
        labels = np.concatenate([tables[index][3] for index in parts]).astype(float)
        counts = np.concatenate([np.full(len(tables[index][3]), tables[index][1]) for index in parts])
        return rows, labels, counts

    fitted_on = [index for index, table in enumerate(tables) if table[0] is not None and len(table[3])]
    everything = fit_logistic(features, *stacked(fitted_on), ridge=ridge)
    raw: dict[int, Array] = {}
    for fold in range(FOLDS):
        model = fit_logistic(
            features, *stacked([index for index in fitted_on if tables[index][0] != fold]), ridge=ridge
        )
        for index in fitted_on:
            if tables[index][0] == fold:
                raw[index] = model.score(tables[index][2])

    def knots(parts: Sequence[int]) -> tuple[tuple[float, float], ...]:
        if minimum is None:
            return ()
        scores = np.concatenate([raw[index] for index in parts])
        labels = np.concatenate([tables[index][3] for index in parts])
        return isotonic(scores, labels, minimum)

    maps = [
        replace(everything, knots=knots([index for index in fitted_on if tables[index][0] != fold]))
        for fold in range(FOLDS)
    ]
    everything = replace(everything, knots=knots(fitted_on))
    results = []
    for index, (own, _, rows, _) in enumerate(tables):
        scores = raw[index] if index in raw else everything.score(rows)
        results.append((scores, (everything if own is None else maps[own]).calibrate(scores)))
    return everything, results


def fit_relevance(cases: Sequence[Case]) -> Logistic:
    """Fit relevance and leave every case with out-of-fold scores."""
    tables = [(case.fold, SHARES.get(case.example.set, 0.0), case.rows, case.helps) for case in cases]
    model, results = crossed(PASSAGE_FEATURES, tables, minimum=200)
    for case, (scores, relevance) in zip(cases, results, strict=True):
        case.scores, case.relevance = scores, relevance
    return model


def answered(cases: Sequence[Case], embedding: Embedding) -> list[Answered]:
    """Cut the evidence of every case that can be judged into sentences and describe them."""
    prepared = []
    for case in cases:
        evidence = case.evidence()
        asked = Question.of(case.example.question)
        prepared.append((case, asked, evidence, shortlist(asked, candidate_sentences(evidence))))
    texts = list(dict.fromkeys(item.text for *_, found in prepared for item in found))
    questions = list(dict.fromkeys(asked.text for _, asked, _, _ in prepared))
    vectors = dict(zip(texts, embedding.embed(texts), strict=True))
    question_vectors = dict(zip(questions, embedding.embed(questions), strict=True))
    results = []
    for case, asked, evidence, found in prepared:
        if not found:
            continue
        cosines = np.array([vectors[item.text] @ question_vectors[asked.text] for item in found])
        rows = sentence_features(asked, found, evidence, cosines)
        gold, answers = case.example.gold, case.example.answers
        right = [
            evidence[item.passage].document_id in gold and contains_answer(item.text, answers)
            for item in found
        ]
        results.append(
            Answered(case, evidence, found, rows, np.array(right, dtype=bool), np.zeros(len(found)))
        )
    return results


def fit_sentences(items: Sequence[Answered]) -> Logistic:
    """Fit the sentence scorer and give every item the answer that it chooses out of fold."""
    tables = [
        (item.case.fold, SHARES.get(item.case.example.set, 0.0), item.rows, item.right) for item in items
    ]
    model, results = crossed(SENTENCE_FEATURES, tables, minimum=None)
    for item, (_, probabilities) in zip(items, results, strict=True):
        item.scores = probabilities
        lengths = [len(sentence.text.split()) for sentence in item.sentences]
        chosen = choose(probabilities, lengths)
        answer = compose(item.sentences, chosen, item.evidence, probabilities, item.rows)
        answer = replace(answer, support=1.0)
        features = confidence_features(item.case.example.question, answer, item.evidence)
        if features is None:
            raise RuntimeError("an extractive answer lacks what its confidence is made of")
        item.answer = answer
        item.features = np.array([[features[name] for name in CONFIDENCE_FEATURES]])
        item.correct = contains_answer(answer.text, item.case.example.answers)
    return model


def fit_confidence(items: Sequence[Answered]) -> tuple[Logistic, Array]:
    """Fit confidence; returns the model and every item's out-of-fold confidence."""
    tables = [
        (
            item.case.fold,
            min(SHARES.get(item.case.example.set, 0.0), 1.0),
            item.features,
            np.array([item.correct]),
        )
        for item in items
        if item.features is not None
    ]
    model, results = crossed(CONFIDENCE_FEATURES, tables, minimum=None)
    return model, np.concatenate([probability for _, probability in results])


def write_terms(sources: Sequence[Source]) -> None:
    """Count in how many texts each stem stands and write the table; rare stems are left out."""
    texts = texts_of(sources)
    counts = Counter(term for text in texts for term in set(terms(text)))
    frequencies = {term: count for term, count in sorted(counts.items()) if count >= 10}
    table = {"documents": len(texts), "frequencies": frequencies}
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
    (PARAMETERS / "terms.json").write_text(text + "\n", encoding="utf-8")


def sources_of(data: Path, sets: Path) -> tuple[list[Source], list[Source]]:
    """What is fitted on, and what is only measured."""
    fitted = [
        squad(data, sets / "squad1" if (sets / "squad1").is_dir() else None),
        *(folder(sets / name, answers=name != "scifact") for name in SHARES if name != "squad"),
    ]
    measured = [
        folder(sets / name, answers=answers, language=language)
        for name, (answers, language) in MEASURED.items()
        if (sets / name).is_dir()
    ]
    return fitted, measured


def version_of(parameters: Parameters) -> str:
    """A name for the numbers themselves: the embedding, and the beginning of their SHA-256."""
    numbers = json.dumps(replace(parameters, version="").to_dict(), sort_keys=True)
    return f"{Path(FILES[parameters.embedding]).stem}-{hashlib.sha256(numbers.encode()).hexdigest()[:8]}"


def calibrate(data: Path, sets: Path, runtime: Runtime, work: Path, output: Path, share: float) -> None:
    """Search all questions, or a ``share`` of SQuAD's, count terms, and ``fit``."""
    fitted, measured = sources_of(data, sets)
    found = [
        item
        for source in [*fitted, *measured]
        for item in searched(source, runtime, work)
        if item.example.set != "squad" or draw(f"taken {item.example.question}") < share
    ]
    found += [narrowed(item) for item in found if item.example.scope == ARTICLE]
    write_terms(fitted)
    fit(found, runtime, output, {name: questions_of(sets / name) for name in ("squad1", "squad2")})


def fit(found: Sequence[Found], runtime: Runtime, output: Path, subsets: dict[str, frozenset[str]]) -> None:
    """Run every stage on searched questions; write the parameters file and the report.

    ``subsets`` names groups of SQuAD questions that the report tells apart.
    """
    weight, fusion = choose_weight(found)
    cases = [case_of(item, weight) for item in found if item.dense or item.keyword]
    relevance = fit_relevance(cases)
    embedding = Embedding(DEFAULT_EMBEDDING, cached=True)
    embedding.bind(runtime)
    items = answered([case for case in cases if case.example.set not in ("scifact", "cranfield")], embedding)
    sentence = fit_sentences(items)
    confidence, values = fit_confidence(items)
    shown = np.array([item.case.fold is not None and _is_open(item.case.example) for item in items])
    correct = np.array([item.correct for item in items])
    threshold = choose_threshold(correct[shown], values[shown], COST)
    parameters = Parameters(
        "", DEFAULT_EMBEDDING, weight, round(threshold, 3), relevance, sentence, confidence, tuple(SHARES)
    )
    parameters = replace(parameters, version=version_of(parameters))
    text = json.dumps(parameters.to_dict(), indent=1) + "\n"
    (PARAMETERS / FILES[DEFAULT_EMBEDDING]).write_text(text, encoding="utf-8")
    output.write_text(
        report.document(parameters, fusion, cases, items, values, crossed, subsets), encoding="utf-8"
    )


def main() -> None:
    """Read the command line and calibrate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with paragraphs and questions")
    parser.add_argument("--eval", type=Path, required=True, help="folder with the other sets")
    parser.add_argument("--models", type=Path, default=Path(".models"), help="folder with the weights")
    parser.add_argument("--work", type=Path, required=True, help="where vectors and hits are remembered")
    parser.add_argument("--report", type=Path, default=Path("docs/calibration.md"))
    parser.add_argument("--share", type=float, default=1.0, help="of the SQuAD questions to use")
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    with engine.ensure(given.work / "engine") as running:
        runtime = Runtime(running.uri, given.models.resolve(), cache_dir=given.work)
        calibrate(given.data, given.eval, runtime, given.work, given.report, given.share)


if __name__ == "__main__":
    main()
