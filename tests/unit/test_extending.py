"""The examples of docs/extending.md run as they stand there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from domain.config import IndexConfig, Runtime
from domain.documents import MediaType
from domain.errors import InvalidInput, UnreadableDocument
from domain.evidence import Evidence, Scores
from domain.models import ModelKind
from pipelines import build, methods, providers
from pipelines.readers import READERS, detect, read
from pipelines.readers.detect import ENDINGS, refuse_by_name, suffixes
from services import model_drafts, model_trials, models
from services.model_drafts import Draft
from tests.conftest import MODELS

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "extending.md"


def example(name: str) -> dict[str, Any]:
    """What the block of code marked with ``name`` defines."""
    text = DOCUMENT.read_text(encoding="utf-8")
    (code,) = re.findall(rf"^```python {name}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    found: dict[str, Any] = {"__name__": f"example_{name}"}
    exec(compile(code, f"{DOCUMENT.name}:{name}", "exec"), found)  # noqa: S102 - it is the documentation
    return found


@pytest.fixture
def echo(monkeypatch):
    made = example("provider")["Echo"]()
    monkeypatch.setitem(providers.PROVIDERS, made.key, made)


def test_the_provider_has_a_form_is_tested_and_answers(installation, admin, echo):
    assert "echo" in [form.provider for form in model_drafts.forms(ModelKind.LLM)]
    assert "echo" not in [form.provider for form in model_drafts.forms(ModelKind.EMBEDDING)]
    draft = Draft(ModelKind.LLM, "Echo", "echo", {"times": 2}, "open-sesame")
    model = models.add(installation, admin, draft)
    assert model_trials.test(installation, admin, model.id).ok
    wrong = Draft(ModelKind.LLM, "Echo", "echo", {"times": 2}, "wrong")
    assert "refused the key" in model_trials.try_out(installation, admin, wrong).error
    for refused in (Draft(ModelKind.LLM, "A", "echo", {"times": 4}, "k"), Draft(ModelKind.LLM, "A", "echo")):
        with pytest.raises(InvalidInput):
            models.add(installation, admin, refused)


def test_the_reranker_passes_its_test(installation, admin, echo):
    draft = Draft(ModelKind.RERANKER, "Words", "echo", {}, "open-sesame")
    assert model_trials.try_out(installation, admin, draft).ok


@pytest.fixture
def csv_reader():
    example("reader")
    yield
    del READERS["text/csv"], ENDINGS[".csv"]


def test_the_reader_reads_what_has_its_ending(tmp_path, csv_reader):
    path = tmp_path / "prices.csv"
    path.write_text("fruit,price\npear,3\napple,2\n", encoding="utf-8")
    document = read(path, "prices.csv")
    assert document.pages[0].text == "fruit: pear; price: 3.\nfruit: apple; price: 2."
    assert document.media_type == "text/csv"
    assert ".csv" in suffixes()
    assert detect(path, "prices.txt") is MediaType.TEXT
    path.write_text("fruit,price\n", encoding="utf-8")
    with pytest.raises(UnreadableDocument, match="no rows"):
        read(path, "prices.csv")


def test_a_format_that_was_refused_by_its_ending_can_get_a_reader():
    with pytest.raises(UnreadableDocument, match="an e-book"):
        refuse_by_name("novel.epub")
    ENDINGS[".epub"] = "application/epub+zip"
    try:
        refuse_by_name("novel.epub")
    finally:
        del ENDINGS[".epub"]


def test_the_method_answers_from_evidence(monkeypatch):
    made = example("method")["METHOD"]
    monkeypatch.setitem(methods.METHODS, made.key, made)
    text = "The oil embargo began in October 1973. It ended in March 1974."
    evidence = [Evidence(1, "chunk1", "document", 1, 1, text, "Oil", Scores(relevance=0.9))]
    yaml = build.answer_yaml(IndexConfig("index"), made.key)
    found = build.answer(yaml, Runtime("", MODELS), "When did the oil embargo begin?", evidence)
    assert "October 1973" in found.answer.text
    assert found.answer.confidence is not None
