"""The fitting formulas, and the parameters as they are shipped."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from pipelines import calibration
from pipelines.confidence import CONFIDENCE_FEATURES
from pipelines.extractive import SENTENCE_FEATURES
from pipelines.features import PARAMETERS, PASSAGE_FEATURES

REPORT = Path(__file__).parents[2] / "docs" / "calibration.md"


def drawn(n: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(3)
    rows = generator.normal(size=(n, 2)) * [1.0, 10.0] + [0.0, 5.0]
    chance = calibration.sigmoid(1.5 * rows[:, 0] - 0.1 * rows[:, 1] + 0.2)
    return rows, generator.random(n) < chance


def test_a_logistic_fit_finds_the_weights_that_made_the_labels():
    model = calibration.fit_logistic(("a", "b"), *drawn(), ridge=0.01)
    assert model.weights == pytest.approx((1.5, -0.1), abs=0.15)
    assert model.bias == pytest.approx(0.2, abs=0.2)


def test_a_row_of_weight_two_counts_like_two_rows():
    rows, labels = drawn(200)
    doubled = calibration.fit_logistic(
        ("a", "b"), np.concatenate([rows, rows]), np.concatenate([labels, labels])
    )
    rows_scale = calibration.fit_logistic(("a", "b"), rows, labels, np.full(200, 2.0))
    assert doubled.weights == pytest.approx(rows_scale.weights)


def test_a_constant_column_and_separable_labels_do_no_harm():
    rows = np.column_stack([np.ones(40), np.r_[np.zeros(20), np.ones(20)]])
    model = calibration.fit_logistic(("same", "tells"), rows, rows[:, 1])
    assert np.isfinite(model.weights).all()
    assert model.weights[0] == 0.0
    assert (model.score(rows) > 0.5).tolist() == (rows[:, 1] > 0.5).tolist()


def test_isotonic_knots_rise_and_repair_overconfidence():
    generator = np.random.default_rng(0)
    scores = generator.random(5000)
    knots = calibration.isotonic(scores, generator.random(5000) < scores**2, minimum=100)
    values = np.array(knots)
    assert (np.diff(values, axis=0) > 0).all()
    model = calibration.Logistic((), (), 0.0, knots)
    assert model.calibrate([0.2, 0.5, 0.8]) == pytest.approx([0.04, 0.25, 0.64], abs=0.06)


def test_without_knots_scores_stay_as_they_are():
    assert calibration.Logistic(("a",), (1.0,), 0.0).probability([[0.0]]).tolist() == [0.5]


def test_sigmoid_of_huge_values():
    assert calibration.sigmoid([-1e6, 0.0, 1e6]).tolist() == [0.0, 0.5, 1.0]


def test_the_threshold_withholds_what_is_not_worth_its_risk():
    labels, confidences = [1, 1, 0, 1, 0, 0], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
    assert calibration.choose_threshold(labels, confidences, cost=0.5) == 0.6
    assert calibration.choose_threshold(labels, confidences, cost=3.0) == 0.8
    assert calibration.choose_threshold(labels, confidences, cost=0.0) == 0.6


def test_the_threshold_of_calibrated_confidences_follows_from_the_cost():
    generator = np.random.default_rng(1)
    confidences = generator.random(20_000)
    labels = generator.random(20_000) < confidences
    assert calibration.choose_threshold(labels, confidences, cost=0.5) == pytest.approx(1 / 3, abs=0.05)


def test_folds_depend_on_the_name_alone_and_spread():
    folds = [calibration.fold_of(f"article {number}", 5) for number in range(200)]
    assert folds == [calibration.fold_of(f"article {number}", 5) for number in range(200)]
    assert set(folds) == {0, 1, 2, 3, 4}


def test_shipped_parameters_fit_the_features_of_the_code():
    fitted = calibration.parameters("all-MiniLM-L6-v2")
    for model, names in (
        (fitted.relevance, PASSAGE_FEATURES),
        (fitted.sentence, SENTENCE_FEATURES),
        (fitted.confidence, CONFIDENCE_FEATURES),
    ):
        assert model.features == names
        assert len(model.weights) == len(names)
        assert list(model.knots) == sorted(model.knots)
        assert all(0 <= value <= 1 for _, value in model.knots)
    assert 0 < fitted.threshold < 1
    assert 0 <= fitted.weight <= 1
    assert calibration.Parameters.from_dict(fitted.to_dict()) == fitted


def test_shipped_parameters_are_fitted_on_permissive_sets_only():
    allowed = {"squad", "scifact", "hotpotqa-100", "musique-100"}
    assert set(calibration.parameters("all-MiniLM-L6-v2").sources) <= allowed


def test_an_embedding_without_parameters_has_none():
    assert calibration.parameters("some-other-model") is None


def test_the_report_is_about_the_files_that_are_shipped():
    text = REPORT.read_text(encoding="utf-8")
    listed = dict(re.findall(r"`pipelines/parameters/([^`]+)` \| `([0-9a-f]{64})`", text))
    shipped = {path.name for path in PARAMETERS.glob("*.json")}
    assert set(listed) == shipped
    for name, digest in listed.items():
        assert hashlib.sha256((PARAMETERS / name).read_bytes()).hexdigest() == digest, name
    assert calibration.parameters("all-MiniLM-L6-v2").version in text
