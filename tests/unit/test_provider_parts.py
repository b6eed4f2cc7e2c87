"""The parts of providers that need no server: streams, thoughts, words, vectors, scores, patience."""

from __future__ import annotations

import random
import time
from email.utils import formatdate

import numpy as np
import pytest

from domain.config import IndexConfig
from domain.errors import Cancelled, InvalidInput, ModelBusy, ModelUnavailable
from domain.evidence import Evidence, Scores
from domain.models import ModelConfig, ModelKind
from pipelines import build, providers, remote_embedding
from pipelines.providers import words
from pipelines.providers.ranking import scores_in_order
from pipelines.providers.stream import Gathered, Reported, events
from pipelines.providers.thinking import Thinking
from pipelines.providers.vectors import unit_vectors
from pipelines.rerank import Reranker

MODEL = ModelConfig("m", ModelKind.LLM, "GPT", "openai", (("model", "gpt"),), "sk-secret")


def through(text: str, seed: int) -> tuple[str, str]:
    """What is streamed of ``text`` cut into random pieces, and the text in the end."""
    thinking, cuts, streamed = Thinking(), random.Random(seed), ""  # noqa: S311
    while text:
        size = cuts.randint(1, 5)
        streamed += thinking.feed(text[:size])
        text = text[size:]
    return streamed + thinking.finish(), thinking.text


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("<think>Is a < b?\n</think>\n\nYes [1].", "Yes [1]."),
        ("  <think></think>Yes.", "Yes."),
        ("<think>Hm </thin </think>Yes.", "Yes."),
        ("Use the <think> tag.", "Use the <think> tag."),
        ("<thing> is no thought.", "<thing> is no thought."),
        ("<th", "<th"),
        ("<think>Never done", ""),
        ("1 < 2", "1 < 2"),
    ],
)
def test_thoughts_are_left_out_wherever_the_stream_is_cut(said: str, answer: str) -> None:
    for seed in range(20):
        assert through(said, seed) == (answer, answer)


def test_a_thought_that_lost_its_beginning_is_no_part_of_the_text_in_the_end() -> None:
    assert through("Let me see.</think>\n\nYes.", 1)[1] == "Yes."


def test_events_are_read_however_the_bytes_are_cut() -> None:
    stream = b': ping\n\nevent: x\ndata: {"a": "\xe2\x80\xa8"}\r\n\r\ndata:{"b": 2}\n\n'
    stream += b"data: [DONE]\n\ndata: {}\n\n"
    for size in range(1, len(stream)):
        chunks = [stream[start : start + size] for start in range(0, len(stream), size)]
        assert list(events(chunks)) == [{}, {"a": "\u2028"}, {"b": 2}]


@pytest.mark.parametrize("line", [b"data: {no\n", b"data: [1]\n", b"data: " + b"x" * 5_000_000])
def test_what_is_no_event_is_an_error(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        list(events([line]))


def test_an_error_within_a_stream_keeps_its_status() -> None:
    with pytest.raises(Reported) as caught:
        list(events([b'data: {"error": {"message": "busy", "code": 429}}\n']))
    assert caught.value.status == 429
    assert isinstance(words.refused(MODEL, caught.value.status, caught.value.body, {}), ModelBusy)


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"choices": None},
        {"choices": [None]},
        {"choices": [{"delta": None}]},
        {"choices": [{"delta": {"content": 7}}]},
        {"choices": [{"delta": {"content": "x"}, "logprobs": {"content": [None, {"logprob": None}]}}]},
        {"usage": {"prompt_tokens": "many"}},
    ],
)
def test_odd_events_break_nothing(event) -> None:
    gathered = Gathered()
    gathered.take(event)
    assert gathered.certainty is None
    assert gathered.prompt_tokens is None


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("7", 7), ("0.5", 0.5), ("-3", 0), ("999999", 3600), ("soon", None), ("", None), ("nan", None)],
)
def test_the_time_to_wait_is_read_and_bounded(given: str, seconds: float | None) -> None:
    assert words.retry_after({"retry-after": given}) == seconds


def test_the_time_to_wait_may_be_a_date() -> None:
    found = words.retry_after({"retry-after": formatdate(time.time() + 30, usegmt=True)})
    assert found == pytest.approx(30, abs=2)


def test_a_servers_own_words_are_shown_without_the_key() -> None:
    said = words.refused(MODEL, 418, '{"error": {"message": "no\\nsk-secret"}}', {})
    assert "“no …”" in str(said)


@pytest.mark.parametrize("rows", [[], [[]], [1, 2], [["a"]], [[1, 2], [3]], [[np.inf]], [[0, 0]], [[None]]])
def test_vectors_without_direction_are_refused(rows) -> None:
    with pytest.raises(ModelUnavailable):
        unit_vectors(MODEL, rows)


@pytest.mark.parametrize(
    "rows", [None, "x", [1], [{"index": 1, "score": 0.5}], [{"index": 0, "score": "nan"}], [{"score": 1}]]
)
def test_scores_that_are_none_are_refused(rows) -> None:
    with pytest.raises(ModelUnavailable):
        scores_in_order(MODEL, rows, 1, "score")


def test_scores_stay_between_zero_and_one() -> None:
    rows = [{"index": 1, "score": 1.5}, {"index": 0, "score": -0.5}]
    assert scores_in_order(MODEL, rows, 2, "score") == [0.0, 1.0]


def test_waiting_for_a_busy_provider_can_be_cancelled() -> None:
    def busy():
        raise ModelBusy("Busy.", 60)

    def cancel():
        raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        remote_embedding.patiently(busy, 120, cancel)
    with pytest.raises(ModelBusy):
        remote_embedding.patiently(busy, 59)


def test_batches_of_different_lengths_do_not_belong_together(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = iter([2, 3])
    monkeypatch.setattr(
        providers.provider("openai"),
        "embed",
        lambda model, texts, is_query: np.ones((len(texts), next(lengths)), dtype=np.float32),
    )
    with pytest.raises(ModelUnavailable, match="do not belong together"):
        remote_embedding.embed(MODEL, ["text"] * 40, is_query=False)


def evidence(number: int) -> Evidence:
    scores = Scores(fused=1 - number / 100, rerank=0.9, relevance=0.5)
    return Evidence(number + 1, f"c{number}", "d", number, 1, f"text {number}", "", scores)


def test_only_the_best_are_reranked_and_the_others_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        providers.provider("tei"), "rerank", lambda model, question, texts: [0.1, 0.3, 0.2][: len(texts)]
    )
    model = ModelConfig("r", ModelKind.RERANKER, "Rank", "tei")
    given = [evidence(number) for number in range(5)]
    placed = Reranker(candidates=3).run("Which?", given, model)["evidence"]
    assert [e.chunk_id for e in placed] == ["c1", "c2", "c0", "c3", "c4"]
    assert [e.scores.rerank for e in placed] == [0.3, 0.2, 0.1, None, None]
    assert [e.rank for e in placed] == [1, 2, 3, 4, 5]
    assert {e.scores.relevance for e in placed} == {0.5}


def test_a_reranker_without_a_model_changes_nothing() -> None:
    given = [evidence(0), evidence(1)]
    assert Reranker().run("Which?", given) == {"evidence": given, "notes": ()}


def test_a_search_with_a_reranker_is_a_pipeline_of_its_own() -> None:
    index = IndexConfig("v_1", embedding="a1b2", dimension=8)
    assert "pipelines.rerank.Reranker" in build.search_yaml(index, reranked=True)
    assert "pipelines.rerank.Reranker" not in build.search_yaml(index)


@pytest.mark.parametrize("kind", list(ModelKind))
def test_every_provider_says_what_it_needs(kind: ModelKind) -> None:
    for provider in providers.offering(kind):
        names = [parameter.name for parameter in provider.parameters(kind)]
        assert len(names) == len(set(names))
        assert provider.title


def test_an_unknown_provider_is_refused_in_words() -> None:
    with pytest.raises(InvalidInput, match="no provider named “word2vec”"):
        providers.provider("word2vec")
