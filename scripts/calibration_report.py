"""docs/calibration.md: what was fitted, on what, and how well it holds out of fold."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pipelines import metrics
from pipelines.calibration import FILES, Parameters
from pipelines.features import PARAMETERS
from scripts.calibration_sets import OPEN

if TYPE_CHECKING:
    from scripts.calibrate import Answered, Case

Array = npt.NDArray[np.float64]
ROUNDS = 400

HEADER = """# Calibration

Relevance and confidence are probabilities. This page says how they were fitted and how far they hold, on
questions that the fitted models had not seen. It is written by the command below; change the script, not
this page. Why it is done this way: [ADR 0005](adr/0005-calibration-without-leakage.md).

    python -m scripts.calibrate --data TRAIN --eval EVAL --work WORK

These are public questions over Wikipedia and scientific abstracts, in English, with the built-in embedding.
An installation's own documents may differ: the interface says "calibrated on public questions".
"""

SOURCES = """## Data

| set | used for | licence and attribution |
|---|---|---|
| SQuAD 1.1 and 2.0, 24 articles of Wikipedia | everything | CC BY-SA 4.0; Rajpurkar et al. 2016 and 2018 |
| SciFact, 300 claims | weight, relevance | claims CC BY 4.0, abstracts ODC-By 1.0; Wadden et al. 2020 |
| HotpotQA, 50 questions | everything | CC BY-SA 4.0; Yang et al. 2018 |
| MuSiQue, 50 questions | everything | CC BY 4.0; Trivedi et al. 2022 |
| others in the tables | measured only, nothing is fitted on them | |

The parameters files are derived from SQuAD and HotpotQA and are shared under CC BY-SA 4.0 with this
attribution. The paragraphs of SQuAD's other development articles are searched as distractors; their
questions are not used. Of SciFact's corpus 2,000 abstracts are searched.
"""


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; floats get three decimals."""

    def cell(value: object) -> str:
        return f"{value:.3f}" if isinstance(value, float) else str(value)

    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(map(cell, row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def interval(
    measure: Callable[[Array, Array], float], labels: Array, values: Array, groups: npt.NDArray[np.str_]
) -> str:
    """A measure with its 95 % interval, whole articles drawn again."""
    if np.isnan(measure(labels, values)):
        return "n/a"
    low, high = metrics.bootstrap(lambda rows: measure(labels[rows], values[rows]), groups, ROUNDS)
    return f"{measure(labels, values):.3f} ({low:.3f}–{high:.3f})"


def quality(name: str, labels: Array, values: Array, groups: npt.NDArray[np.str_]) -> list[object]:
    """One row: AUROC, Brier score, calibration error, and the error that chance alone would show."""
    return [
        name,
        len(labels),
        "0.500" if np.ptp(values) == 0 else interval(metrics.auroc, labels, values, groups),
        interval(metrics.brier, labels, values, groups),
        interval(metrics.ece, labels, values, groups),
        metrics.perfect_ece(values, rounds=50),
    ]


QUALITY = ("score", "n", "AUROC", "Brier", "calibration error", "of which chance")


def diagram(labels: Array, values: Array) -> str:
    """The reliability diagram as a table, with Wilson intervals."""
    return table(
        ("predicted", "n", "mean predicted", "observed", "95 % interval"),
        [
            (
                f"{bar.start:.1f}–{bar.end:.1f}",
                bar.count,
                bar.confidence,
                bar.accuracy,
                f"{bar.low:.3f}–{bar.high:.3f}",
            )
            for bar in metrics.reliability(labels, values)
        ],
    )


def ranking_section(
    parameters: Parameters, fusion: dict[str, dict[float, float]], cases: Sequence[Case]
) -> str:
    """nDCG@10 of the legs, of their fusion, and of the order by relevance."""
    rows = []
    for name, by_weight in fusion.items():
        final = [
            metrics.ndcg_at(
                [case.candidates[index].document_id for index in np.argsort(-case.scores, kind="stable")],
                dict.fromkeys(case.example.gold, 1.0),
            )
            for case in cases
            if case.example.set == name and case.example.gold and case.example.scope == OPEN
        ][:1500]
        figures = (by_weight[1.0], by_weight[0.0], by_weight[parameters.weight], float(np.mean(final)))
        rows.append((name, len(final), *figures))
    return (
        "## Order of the evidence\n\n"
        f"nDCG@10. The fused score gives similarity the weight {parameters.weight}, the best on the mean\n"
        "of the sets that are fitted on. Evidence is shown by relevance, out of fold for these sets.\n\n"
        + table(("set", "questions", "dense", "keyword", "fused", "by relevance"), rows)
    )


def relevance_section(cases: Sequence[Case], crossed: Callable[..., Any]) -> str:
    """How far relevance holds, over the passages that are shown."""
    fitted = [case for case in cases if case.fold is not None and len(case.scores)]
    tables = [(case.fold, 1.0, case.rows[:, :1], case.helps) for case in fitted]
    _, similarity = crossed(("similarity",), tables, 200)
    asked = [
        (case, values)
        for case, (_, values) in zip(fitted, similarity, strict=True)
        if case.example.set == "squad" and case.example.scope == OPEN
    ]
    top = [np.argsort(-case.scores, kind="stable")[:6] for case, _ in asked]
    labels = np.concatenate([case.helps[rows] for (case, _), rows in zip(asked, top, strict=True)]).astype(
        float
    )
    scores = np.concatenate([case.relevance[rows] for (case, _), rows in zip(asked, top, strict=True)])
    single = np.concatenate([values[rows] for (_, values), rows in zip(asked, top, strict=True)])
    groups = np.array([case.example.group for (case, _), rows in zip(asked, top, strict=True) for _ in rows])
    base = np.full(len(labels), labels.mean())
    return (
        "## Relevance\n\n"
        "The six passages shown for each SQuAD question, answerable or not, searched in the whole\n"
        "collection; a passage helps if it is of the question's own paragraph and holds the answer.\n"
        "Intervals draw whole articles again.\n\n"
        + table(
            QUALITY,
            [
                quality("relevance", labels, scores, groups),
                quality("similarity alone", labels, single, groups),
                quality("base rate", labels, base, groups),
            ],
        )
        + "\n"
        + diagram(labels, scores)
    )


def _baseline(items: Sequence[Answered], crossed: Callable[..., Any]) -> Array:
    """Confidence from the similarity of the best passage alone, out of fold."""
    tables = [
        (item.case.fold, 1.0, np.array([[item.case.rows[:, 0].max()]]), np.array([item.correct]))
        for item in items
    ]
    _, results = crossed(("similarity",), tables, None)
    return np.concatenate([values for _, values in results])


def confidence_section(
    items: Sequence[Answered],
    values: Array,
    crossed: Callable[..., Any],
    subsets: dict[str, frozenset[str]],
) -> str:
    """How far confidence holds, and how well it tells questions apart that nothing answers."""
    baseline = _baseline(items, crossed)
    correct = np.array([item.correct for item in items], dtype=float)
    answerable = np.array([bool(item.case.example.answers) for item in items])
    names = np.array([item.case.example.set for item in items])
    scopes = np.array([item.case.example.scope for item in items])
    groups = np.array([item.case.example.group for item in items])
    asked = (names == "squad") & (scopes == OPEN)
    base = np.full(int(asked.sum()), correct[asked].mean())
    rows = [
        quality("confidence", correct[asked], values[asked], groups[asked]),
        quality("similarity of the best passage alone", correct[asked], baseline[asked], groups[asked]),
        quality("base rate", correct[asked], base, groups[asked]),
    ]
    others = []
    for name in dict.fromkeys(names):
        for scope in dict.fromkeys(scopes[names == name]):
            part = (names == name) & (scopes == scope)
            if (name, scope) != ("squad", OPEN) and part.sum() >= 50:
                others.append(quality(f"{name}, {scope}", correct[part], values[part], groups[part]))
    texts = np.array([item.case.example.question for item in items])
    telling = []
    for label, part in (
        ("squad, answerable or not", asked),
        *(
            (f"squad, of these the {name} development questions", asked & np.isin(texts, list(chosen)))
            for name, chosen in subsets.items()
        ),
        ("squad, its article searched or not", (names == "squad") & (scopes != "own article only")),
        ("multihoprag-evidence, null questions", names == "multihoprag-evidence"),
    ):
        if part.any() and answerable[part].any() and not answerable[part].all():
            telling.append(
                (
                    label,
                    int(part.sum()),
                    interval(metrics.auroc, answerable[part].astype(float), values[part], groups[part]),
                    interval(metrics.auroc, answerable[part].astype(float), baseline[part], groups[part]),
                )
            )
    return (
        "## Confidence\n\n"
        "The Extractive answer to each SQuAD question, searched in the whole collection. An answer is right\n"
        "if it holds a gold answer (as SQuAD normalises text); to an unanswerable question it is always\n"
        "wrong.\n\n"
        + table(QUALITY, rows)
        + "\n"
        + diagram(correct[asked], values[asked])
        + "\nOther sets and scopes, with the same parameters (small sets with wide intervals):\n\n"
        + table(QUALITY, others)
        + "\nTelling questions that the documents answer from those that they don't, AUROC:\n\n"
        + table(("set", "n", "confidence", "similarity alone"), telling)
    )


def answers_section(
    items: Sequence[Answered], values: Array, threshold: float, subsets: dict[str, frozenset[str]]
) -> str:
    """What the Extractive answer holds, and what abstaining costs and saves."""
    judged = [item for item in items if item.case.example.answers and item.case.example.scope == OPEN]
    parts = {
        name: [item for item in judged if item.case.example.set == name]
        for name in dict.fromkeys(item.case.example.set for item in judged)
    }
    for name, chosen in subsets.items():
        parts[f"squad, of these the {name} development questions"] = [
            item for item in parts["squad"] if item.case.example.question in chosen
        ]
    rows = []
    for name, part in parts.items():
        if not part:
            continue
        lengths = [
            sum(len(claim.text.split()) for claim in item.answer.claims) for item in part if item.answer
        ]
        rows.append(
            (name, len(part), float(np.mean([item.correct for item in part])), int(np.median(lengths)))
        )
    asked = np.array(
        [item.case.example.set == "squad" and item.case.example.scope == OPEN for item in items], dtype=bool
    )
    correct = np.array([item.correct for item in items], dtype=float)[asked]
    answerable = np.array([bool(item.case.example.answers) for item in items])[asked]
    shown = values[asked]
    curve = []
    for limit in sorted({0.0, *np.round(np.arange(0.1, 0.8, 0.1), 1), threshold}):
        kept = shown >= limit
        if kept.any():
            wrong = 1 - correct[kept].mean()
            figures = (float(kept.mean()), float(wrong), float(kept[answerable].mean()))
            mark = " (shipped)" if limit == threshold else ""
            curve.append((f"{limit:.3f}{mark}", *figures, float(1 - kept[~answerable].mean())))
    return (
        "## The Extractive answer and abstention\n\n"
        "Answerable questions, whole collection searched, before abstention:\n\n"
        + table(("set", "questions", "answer holds the gold answer", "median words"), rows)
        + "\nRisk and coverage on SQuAD (43 % of whose questions are unanswerable by design):\n\n"
        + table(
            ("threshold", "answered", "wrong among these", "answerable answered", "unanswerable withheld"),
            curve,
        )
    )


def checksums(parameters: Parameters) -> str:
    """The files as they are shipped."""
    rows = []
    for name in (FILES[parameters.embedding], "terms.json"):
        digest = hashlib.sha256((PARAMETERS / name).read_bytes()).hexdigest()
        rows.append((f"`pipelines/parameters/{name}`", f"`{digest}`"))
    return (
        f"## Shipped files\n\nVersion `{parameters.version}`, for the embedding {parameters.embedding}.\n\n"
        + table(("file", "SHA-256"), rows)
    )


def document(
    parameters: Parameters,
    fusion: dict[str, dict[float, float]],
    cases: Sequence[Case],
    items: Sequence[Answered],
    values: Array,
    crossed: Callable[..., Any],
    subsets: dict[str, frozenset[str]],
) -> str:
    """The whole page. ``crossed`` fits the baselines in the same folds; ``subsets`` are SQuAD questions."""
    return "\n".join(
        (
            HEADER,
            SOURCES,
            ranking_section(parameters, fusion, cases),
            relevance_section(cases, crossed),
            confidence_section(items, values, crossed, subsets),
            answers_section(items, values, parameters.threshold, subsets),
            checksums(parameters),
        )
    )
