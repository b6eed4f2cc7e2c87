"""Measures against values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipelines import metrics


def test_ndcg_of_one_relevant_at_the_second_place():
    assert metrics.ndcg_at(["a", "b"], {"b": 1.0}) == pytest.approx(1 / math.log2(3))


def test_ndcg_with_grades_and_a_missing_document():
    ideal = 2 / 1 + 1 / math.log2(3)
    assert metrics.ndcg_at(["low", "x"], {"low": 1.0, "high": 2.0}) == pytest.approx(1 / ideal)


def test_ndcg_counts_a_repeated_document_once():
    assert metrics.ndcg_at(["a", "a", "b"], {"b": 1.0}) == pytest.approx(1 / math.log2(3))


def test_ndcg_without_anything_relevant_is_zero():
    assert metrics.ndcg_at(["a"], {}) == 0.0


def test_cutoffs():
    ranked = ["a", "b", "c"]
    assert metrics.hit_at(ranked, {"c"}, 2) == 0.0
    assert metrics.hit_at(ranked, {"c"}, 3) == 1.0
    assert metrics.recall_at(ranked, {"a", "z"}, 3) == 0.5
    assert metrics.recall_at(ranked, set(), 3) == 0.0
    assert metrics.mrr_at(ranked, {"b", "c"}) == 0.5
    assert metrics.mrr_at(ranked, {"c"}, 2) == 0.0


def test_auroc_with_a_tie():
    # pairs: (0.8,0.5)=1 (0.8,0.1)=1 (0.5,0.5)=½ (0.5,0.1)=1
    assert metrics.auroc([1, 1, 0, 0], [0.8, 0.5, 0.5, 0.1]) == pytest.approx(3.5 / 4)


def test_auroc_of_one_class_is_undefined():
    assert math.isnan(metrics.auroc([1, 1], [0.2, 0.3]))


def test_brier():
    assert metrics.brier([1, 0], [0.8, 0.4]) == pytest.approx((0.04 + 0.16) / 2)


def test_ece_by_hand():
    # bin 0.8–0.9: two at 0.85, half right, gap 0.35; bin 0.2–0.3: one at 0.25, wrong, gap 0.25
    assert metrics.ece([1, 0, 0], [0.85, 0.85, 0.25]) == pytest.approx(2 / 3 * 0.35 + 1 / 3 * 0.25)


def test_ece_takes_one_into_the_last_bin():
    assert metrics.ece([1, 1], [1.0, 0.95]) == pytest.approx(0.025)


def test_perfectly_calibrated_figures_show_little_error_that_shrinks_with_n():
    many = metrics.perfect_ece(np.full(10_000, 0.5), rounds=20)
    few = metrics.perfect_ece(np.full(100, 0.5), rounds=20)
    assert many < 0.01 < few < 0.1


def test_reliability_bars_carry_wilson_intervals():
    (bar,) = metrics.reliability([1, 0, 1, 1], [0.72, 0.74, 0.76, 0.78])
    assert (bar.start, bar.end, bar.count) == (0.7, 0.8, 4)
    assert bar.confidence == pytest.approx(0.75)
    assert bar.accuracy == 0.75
    assert bar.low < 0.75 < bar.high


def test_wilson_of_a_textbook_case():
    low, high = metrics.wilson(8, 10)
    assert low == pytest.approx(0.490, abs=0.001)
    assert high == pytest.approx(0.943, abs=0.001)
    assert metrics.wilson(0, 0) == (0.0, 1.0)


def test_bootstrap_draws_whole_groups():
    values = np.array([1.0, 1.0, 1.0, 0.0])
    low, high = metrics.bootstrap(lambda rows: float(values[rows].mean()), ["a", "a", "a", "b"], rounds=200)
    # Only three means can come up: of a twice, of b twice, of both.
    assert (low, high) == (0.0, 1.0)
    alone = metrics.bootstrap(lambda rows: float(values[rows].mean()), ["a"] * 4, rounds=20)
    assert alone == (0.75, 0.75)


def test_bootstrap_of_an_undefined_measure_is_undefined():
    assert all(map(math.isnan, metrics.bootstrap(lambda _: float("nan"), ["a", "b"], rounds=5)))


def test_risk_coverage_by_hand():
    thresholds, coverage, risk = metrics.risk_coverage([1, 0, 1, 0], [0.9, 0.8, 0.8, 0.1])
    assert thresholds.tolist() == [0.9, 0.8, 0.1]
    assert coverage.tolist() == [0.25, 0.75, 1.0]
    assert risk.tolist() == pytest.approx([0.0, 1 / 3, 0.5])


def test_answers_are_compared_as_squad_does():
    assert metrics.normalised("The  “Singing Revolution”!") == "singing revolution"
    assert metrics.contains_answer("It cost $12, nearly.", ["nearly $12", "$12"])
    assert not metrics.contains_answer("It cost $120.", ["$12"])
    assert not metrics.contains_answer("Anything", [])
    assert not metrics.contains_answer("Anything", ["the"])
