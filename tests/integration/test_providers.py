"""Providers against a scripted server: what they ask, what they make of answers, and every fault in words."""

from __future__ import annotations

import json
import math
import socket
import threading
import time
import traceback

import numpy as np
import pytest

from domain.errors import (
    Cancelled,
    ContextTooLong,
    InvalidInput,
    ModelBusy,
    ModelRefused,
    ModelSilent,
    ModelUnavailable,
)
from domain.models import ChatMessage, ChatReply, ChatRequest, ModelConfig, ModelKind
from pipelines import providers
from pipelines.providers import http
from pipelines.providers.ollama import Ollama
from tests import scripted as server_of
from tests.scripted import CHAT, EMBEDDINGS, MODELS, TOKENIZE, Scripted, fail, says, sends

OLLAMA = Ollama()
REQUEST = ChatRequest((ChatMessage("system", "Be brief."), ChatMessage("user", "Where?")))


def llm(server: Scripted, **changes) -> ModelConfig:
    parameters = {"base_url": server.base_url, "model": "scripted", "timeout": 0.3}
    secret = changes.pop("secret", "sk-secret")
    return ModelConfig("m1", ModelKind.LLM, "GPT", "openai", tuple((parameters | changes).items()), secret)


def embedding(server: Scripted, **changes) -> ModelConfig:
    parameters = {"base_url": server.base_url, "model": "scripted", "timeout": 0.3}
    return ModelConfig(
        "e1", ModelKind.EMBEDDING, "Ada", "openai", tuple((parameters | changes).items()), "sk-secret"
    )


def chat(model: ModelConfig, request: ChatRequest = REQUEST) -> tuple[ChatReply, str]:
    pieces: list[str] = []
    reply = providers.of(model).chat(model, request, pieces.append)
    return reply, "".join(pieces)


def test_an_answer_streams_with_its_tokens_and_certainty(scripted: Scripted) -> None:
    scripted.says("In ", "Paris\u2028", " [1].", logprobs=[-0.1, -0.3])
    reply, streamed = chat(llm(scripted))
    assert reply.text == streamed == "In Paris\u2028 [1]."
    assert (reply.prompt_tokens, reply.answer_tokens, reply.finish_reason) == (11, 3, "stop")
    assert reply.certainty == pytest.approx(math.exp(-(0.1 + 0.3 + 0.1) / 3))
    assert reply.problem is None
    asked = scripted.asked()[0]
    assert asked["messages"][1] == {"role": "user", "content": "Where?"}
    assert (asked["model"], asked["temperature"], asked["max_tokens"]) == ("scripted", 0.2, 700)
    assert scripted.requests[0].headers["authorization"] == "Bearer sk-secret"


def test_the_first_piece_is_told_before_the_last_is_sent(scripted: Scripted) -> None:
    scripted.says("a", "b", "c", delay=0.05)
    moments: list[float] = []
    providers.provider("openai").chat(llm(scripted), REQUEST, lambda text: moments.append(time.monotonic()))
    assert moments[-1] - moments[0] > 0.09


@pytest.mark.parametrize("option", ["logprobs", "stream_options", "temperature", "max_tokens"])
def test_an_option_that_the_server_refuses_is_left_out_from_then_on(scripted: Scripted, option: str) -> None:
    scripted.refused_options = {option}
    model = llm(scripted)
    assert chat(model)[0].text == "Hello there."
    assert chat(model)[0].text == "Hello there."
    first, second, third = scripted.asked()
    assert option in first
    assert option not in second
    assert option not in third
    assert ("max_completion_tokens" in third) is (option == "max_tokens")


@pytest.mark.parametrize(
    "refusal",
    [
        fail(403, "You are not allowed to request logprobs from this model"),
        sends([{"error": {"code": 400, "message": 'Unknown name "logprobs"'}}], 400),
        fail(404, "No endpoints found that can handle the requested parameters."),
        sends({"detail": [{"loc": ["body", "logprobs"], "type": "extra_forbidden"}]}, 422),
    ],
)
def test_an_option_is_understood_as_refused_however_it_is_said(scripted: Scripted, refusal) -> None:
    scripted.on(CHAT, refusal, says("Fine."))
    assert chat(llm(scripted))[0].text == "Fine."
    assert "logprobs" not in scripted.asked()[1]


def test_a_server_that_refuses_without_saying_what_is_asked_plainly(scripted: Scripted) -> None:
    scripted.on(CHAT, fail(400, "Bad request."), says("Fine."))
    assert chat(llm(scripted))[0].text == "Fine."
    assert "logprobs" not in scripted.asked()[1]


def test_an_answer_of_a_server_that_does_not_stream_is_taken_whole(scripted: Scripted) -> None:
    choice = {"message": {"content": "All at once."}, "finish_reason": "stop"}
    scripted.on(CHAT, sends({"choices": [choice], "usage": {"prompt_tokens": 3, "completion_tokens": 4}}))
    reply, streamed = chat(llm(scripted))
    assert reply.text == streamed == "All at once."
    assert reply.answer_tokens == 4


@pytest.mark.parametrize(
    "pieces",
    [
        ("<think>Hm, 2 + 2", " is</think>\n\n", "Four."),
        ("<th", "ink>Hm</thi", "nk>", "\n", "Four."),
        ("\n<think>\n\n</think>\n\nFour.",),
        ("<think></think>", "Fo", "ur."),
    ],
)
def test_what_a_model_thinks_is_not_its_answer(scripted: Scripted, pieces: tuple[str, ...]) -> None:
    scripted.says(*pieces)
    reply, streamed = chat(llm(scripted))
    assert reply.text == streamed == "Four."


def test_reasoning_beside_the_answer_gives_signs_of_life_only(scripted: Scripted) -> None:
    scripted.says("Four.", reasoning=["Hm", "well"])
    pieces: list[str] = []
    assert providers.provider("openai").chat(llm(scripted), REQUEST, pieces.append).text == "Four."
    assert "" in pieces
    assert "".join(pieces) == "Four."


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (server_of.WRONG_KEY, ModelRefused, "“GPT” refused the key: enter the right one under Resources."),
        (fail(403, "No."), ModelRefused, "“GPT” may not be used with its key"),
        (server_of.NO_MODEL, ModelRefused, "has no model “scripted”"),
        (fail(404, "model 'x' not found"), ModelRefused, "has no model “scripted”"),
        (sends({"detail": "Not Found"}, 404), ModelRefused, "there is no model server"),
        (sends(server_of.HTML, 404), ModelRefused, "there is no model server"),
        (server_of.NO_API, ModelRefused, "there is no model server"),
        (sends(b"", 302, {"Location": "http://127.0.0.1:1/"}), ModelRefused, "leads elsewhere"),
        (server_of.BUSY, ModelBusy, "try again in 7 seconds"),
        (fail(503, "Loading model"), ModelBusy, "try again in a moment"),
        (fail(429, "You exceeded your quota", code="insufficient_quota"), ModelRefused, "credit"),
        (server_of.TOO_LONG, ContextTooLong, "too long for “GPT”"),
        (server_of.TOO_LONG_LLAMA, ContextTooLong, "too long for “GPT”"),
        (server_of.BROKEN, ModelUnavailable, "The server of “GPT” failed"),
        (fail(408, "Timeout"), ModelUnavailable, "The server of “GPT” failed"),
        (sends([{"error": {"message": "No."}}], 409), ModelRefused, "“No.”"),
        (fail(501, "Start it with embeddings."), ModelRefused, "“Start it with embeddings.”"),
        (fail(418, "I am a teapot"), ModelRefused, "“I am a teapot”"),
        (says(), ModelSilent, "answered with nothing"),
        (says(" ", "\n"), ModelSilent, "answered with nothing"),
        (says("<think>Hm", finish="length"), ModelSilent, "allow it more tokens"),
        (says(finish="content_filter"), ModelSilent, "content filter"),
        (says(ending="drop"), ModelUnavailable, "broke off"),
        (says(ending="error"), ModelUnavailable, "The server of “GPT” failed"),
        (says(ending="garbage"), ModelUnavailable, "cannot be read"),
        (says(ending="hang"), ModelUnavailable, "did not answer in time"),
        (server_of.HANGS, ModelUnavailable, "did not answer in time"),
        (sends(b"{not json"), ModelUnavailable, "cannot be read"),
        (sends([1, 2]), ModelRefused, "there is no model server"),
    ],
)
def test_a_fault_before_the_first_word_is_said_in_one_sentence(
    scripted: Scripted, reply, kind: type[ModelUnavailable], words: str
) -> None:
    scripted.on(CHAT, reply)
    with pytest.raises(ModelUnavailable) as caught:
        chat(llm(scripted))
    assert type(caught.value) is kind
    assert words in str(caught.value)
    assert "sk-" not in str(caught.value)


@pytest.mark.parametrize("ending", ["drop", "error", "hang", "garbage"])
def test_half_an_answer_is_kept_with_its_problem(scripted: Scripted, ending) -> None:
    scripted.says("In ", "Paris", ending=ending)
    reply, streamed = chat(llm(scripted))
    assert reply.text == streamed == "In Paris"
    assert reply.problem == "“GPT” broke off in the middle of its answer: ask again for all of it."


def test_an_answer_without_its_end_counts_as_half(scripted: Scripted) -> None:
    scripted.says("In ", "Paris", finish=None)
    assert chat(llm(scripted))[0].problem


def test_text_without_end_is_cut(scripted: Scripted) -> None:
    scripted.says(ending="endless")
    reply, _ = chat(llm(scripted), ChatRequest((ChatMessage("user", "Where?"),), max_tokens=20))
    assert reply.finish_reason == "length"
    assert len(reply.text) < 3000
    assert scripted.hung_up.wait(1)


def test_stop_closes_the_connection_and_passes_through(scripted: Scripted) -> None:
    class Stopped(ValueError):
        pass

    def stop(text: str) -> None:
        if text:
            raise Stopped

    scripted.says(ending="endless")
    with pytest.raises(Stopped):
        providers.provider("openai").chat(llm(scripted), REQUEST, stop)
    assert scripted.hung_up.wait(1)


def test_a_server_that_is_not_there_is_named(scripted: Scripted) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(ModelUnavailable, match="“GPT” cannot be reached"):
            chat(llm(scripted, base_url=f"http://127.0.0.1:{port}/v1"))


@pytest.mark.parametrize(
    "url", ["nonsense", "ftp://example.org", "http://", "http://x:99999/v1", "file:///etc"]
)
def test_what_is_no_address_is_refused(scripted: Scripted, url: str) -> None:
    with pytest.raises(ModelRefused, match="check the URL"):
        chat(llm(scripted, base_url=url))


def test_openai_itself_asks_for_a_key_before_any_call(scripted: Scripted) -> None:
    with pytest.raises(ModelRefused, match="needs a key of OpenAI"):
        chat(llm(scripted, base_url="https://api.openai.com/v1", secret=""))


def test_a_server_without_key_gets_none_of_the_environment(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "sk-of-somebody")
    chat(llm(scripted, secret=""))
    assert "sk-of-somebody" not in json.dumps(dict(scripted.requests[0].headers))


def test_the_key_does_not_follow_a_redirect(scripted: Scripted) -> None:
    with Scripted() as other:
        scripted.on(CHAT, sends(b"", 307, {"Location": other.base_url + "/chat/completions"}))
        with pytest.raises(ModelRefused):
            chat(llm(scripted))
        assert not other.requests


def test_this_machine_is_asked_without_a_proxy(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    client = http.client.__wrapped__()
    monkeypatch.setattr(http, "client", lambda: client)
    assert chat(llm(scripted, timeout=0.32))[0].text == "Hello there."
    assert OLLAMA.offered(ollama(scripted)) == ["scripted"]
    client.close()


def test_many_people_are_answered_at_once_each_with_their_own(scripted: Scripted) -> None:
    scripted.on(CHAT, lambda request: says(*request.body["messages"][0]["content"], delay=0.002))
    heard: dict[int, str] = {}

    def ask(number: int) -> None:
        request = ChatRequest((ChatMessage("user", f"person {number}"),))
        heard[number] = chat(llm(scripted, timeout=5), request)[0].text

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == {number: f"person {number}" for number in range(20)}


def test_models_are_listed(scripted: Scripted) -> None:
    scripted.models = ["b", "a"]
    assert providers.provider("openai").offered(llm(scripted)) == ["a", "b"]
    scripted.on(MODELS, sends({"models": "?"}))
    with pytest.raises(ModelRefused):
        providers.provider("openai").offered(llm(scripted))


def test_tokens_are_counted_by_the_server_where_it_can(scripted: Scripted) -> None:
    model = llm(scripted)
    assert providers.of(model).count_tokens(model, "one two three") == 3
    scripted.on(TOKENIZE, fail(404, "no"))
    other = llm(scripted, context=999)
    assert providers.of(other).count_tokens(other, "one two") is None
    assert providers.of(other).count_tokens(other, "one two") is None
    assert len(scripted.asked(TOKENIZE)) == 2


def test_the_context_is_as_entered_or_what_all_take(scripted: Scripted) -> None:
    provider = providers.provider("openai")
    assert provider.context_size(llm(scripted, context=4096)) == 4096
    assert provider.context_size(llm(scripted)) == 8192


def test_embeddings_come_in_order_and_of_unit_length(scripted: Scripted) -> None:
    texts = [f"text {number}" for number in range(70)] + [""]
    model = embedding(scripted, passage_prefix="passage: ", query_prefix="query: ")
    vectors = providers.of(model).embed(model, texts, is_query=False)
    assert vectors.shape == (71, 8)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    expected = np.array(server_of.vector_of("passage: text 40", 8))
    assert np.allclose(vectors[40], expected / np.linalg.norm(expected))
    assert [len(body["input"]) for body in scripted.asked(EMBEDDINGS)] == [32, 32, 7]
    providers.of(model).embed(model, ["x"], is_query=True)
    assert scripted.asked(EMBEDDINGS)[-1]["input"] == ["query: x"]


@pytest.mark.parametrize(
    "data",
    [
        [{"index": 0, "embedding": [1.0, None]}, {"index": 1, "embedding": [1.0, 2.0]}],
        [{"index": 0, "embedding": [1.0, 2.0]}, {"index": 1, "embedding": [1.0]}],
        [{"index": 0, "embedding": [0.0, 0.0]}, {"index": 1, "embedding": [1.0, 2.0]}],
        [{"index": 0, "embedding": [1.0, 2.0]}],
        [{"index": 0, "embedding": "a"}, {"index": 1, "embedding": "b"}],
        [{"index": 0, "embedding": [float("nan"), 1.0]}, {"index": 1, "embedding": [1.0, 2.0]}],
    ],
)
def test_vectors_that_cannot_be_are_refused(scripted: Scripted, data) -> None:
    scripted.on(EMBEDDINGS, sends({"data": data}))
    model = embedding(scripted)
    with pytest.raises(ModelUnavailable, match="“Ada”"):
        providers.of(model).embed(model, ["one", "two"], is_query=False)


def test_a_busy_embedding_says_how_long(scripted: Scripted) -> None:
    scripted.on(EMBEDDINGS, server_of.BUSY)
    model = embedding(scripted)
    with pytest.raises(ModelBusy) as caught:
        providers.of(model).embed(model, ["one"], is_query=False)
    assert caught.value.retry_after == 7


def azure(server: Scripted, **changes) -> ModelConfig:
    parameters = {"endpoint": server.url, "deployment": "mine", "timeout": 0.3} | changes
    return ModelConfig("a1", ModelKind.LLM, "Azure", "azure", tuple(parameters.items()), "azure-key")


def test_a_deployment_of_azure_is_asked_with_its_version_and_key(scripted: Scripted) -> None:
    reply, _ = chat(azure(scripted))
    assert reply.text == "Hello there."
    request = scripted.requests[0]
    assert request.target == "/openai/deployments/mine/chat/completions?api-version=2024-10-21"
    assert request.headers["api-key"] == "azure-key"
    model = azure(scripted)
    assert providers.of(model).embed(model, ["x"], is_query=False).shape == (1, 8)
    assert providers.of(model).offered(model) == []
    assert providers.of(model).count_tokens(model, "x") is None


@pytest.mark.parametrize(
    ("changes", "words"), [({"deployment": ""}, "no deployment"), ({"endpoint": ""}, "check the URL")]
)
def test_what_was_not_entered_for_azure_is_asked_for(scripted: Scripted, changes, words: str) -> None:
    with pytest.raises(ModelRefused, match=words):
        chat(azure(scripted, **changes))


def ollama(server: Scripted, **changes) -> ModelConfig:
    parameters = {"base_url": server.url, "model": "scripted", "timeout": 0.3} | changes
    return ModelConfig("o1", ModelKind.LLM, "Local", "ollama", tuple(parameters.items()))


def test_ollama_lists_describes_and_answers(scripted: Scripted) -> None:
    model = ollama(scripted)
    assert providers.of(model).offered(model) == ["scripted"]
    assert providers.of(model).context_size(model) == 4096
    assert providers.of(model).context_size(ollama(scripted, context=9000)) == 9000
    scripted.on(
        server_of.OLLAMA_SHOW, sends({"parameters": "stop x\nnum_ctx   16384", "model_info": {"a": 1}})
    )
    assert providers.of(model).context_size(ollama(scripted, timeout=0.31)) == 16384
    assert chat(model)[0].text == "Hello there."


def test_ollama_says_that_a_model_must_be_pulled(scripted: Scripted) -> None:
    scripted.on(CHAT, fail(404, 'model "scripted" not found, try pulling it first', type="api_error"))
    with pytest.raises(ModelRefused, match="Ollama does not have “scripted”: pull it"):
        chat(ollama(scripted))


def test_a_model_is_pulled_with_progress(scripted: Scripted) -> None:
    seen: list[tuple[str, int, int]] = []
    model = ollama(scripted, model="new")
    OLLAMA.pull(model, lambda *told: seen.append(told))
    assert ("pulling abc", 50, 100) in seen
    assert seen[-1][0] == "success"
    assert "new" in OLLAMA.offered(model)


def test_pulling_can_be_cancelled_and_an_unknown_name_is_said(scripted: Scripted) -> None:
    def cancel(*told) -> None:
        raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        OLLAMA.pull(ollama(scripted, model="new"), cancel)
    scripted.on(server_of.OLLAMA_PULL, sends({"error": "pull model manifest: file does not exist"}))
    with pytest.raises(ModelRefused, match="could not pull “new”"):
        OLLAMA.pull(ollama(scripted, model="new"), lambda *told: None)
    scripted.on(server_of.OLLAMA_PULL, sends({"status": "pulling"}))
    with pytest.raises(ModelUnavailable, match="pull it again"):
        OLLAMA.pull(ollama(scripted, model="new"), lambda *told: None)


def reranker(server: Scripted, provider: str, secret: str = "co-key") -> ModelConfig:  # noqa: S107
    parameters = {"base_url": server.url, "model": "r", "timeout": 0.3}
    return ModelConfig("r1", ModelKind.RERANKER, "Rank", provider, tuple(parameters.items()), secret)


@pytest.mark.parametrize(("provider", "path"), [("cohere", server_of.COHERE), ("tei", server_of.TEI)])
def test_a_reranker_scores_in_the_order_of_the_passages(scripted: Scripted, provider: str, path: str) -> None:
    model = reranker(scripted, provider)
    texts = ["nothing", "who signed the treaty", *["signed"] * 40]
    scores = providers.of(model).rerank(model, "Who signed the treaty?", texts)
    assert scores[:3] == [0.0, 1.0, 0.25]
    assert len(scores) == 42
    assert scripted.requests[0].headers["authorization"] == "Bearer co-key"
    assert providers.of(model).rerank(model, "Who?", []) == []
    broken = [
        (server_of.WRONG_KEY, ModelRefused),
        (server_of.BUSY, ModelBusy),
        (server_of.NO_API, ModelRefused),
        (server_of.HANGS, ModelUnavailable),
        (sends({"results": []}), ModelUnavailable),
        (sends([]), ModelUnavailable),
        (sends([{"index": 0, "score": None}]), ModelUnavailable),
    ]
    for reply, kind in broken:
        scripted.on(path, reply)
        with pytest.raises(kind, match="“Rank”"):
            providers.of(model).rerank(model, "Who?", ["one"])


def test_cohere_wants_a_key_and_lists_its_rerankers(scripted: Scripted) -> None:
    with pytest.raises(ModelRefused, match="needs a key"):
        providers.provider("cohere").rerank(reranker(scripted, "cohere", ""), "Who?", ["one"])
    scripted.on(MODELS, sends({"models": [{"name": "rerank-v3.5"}]}))
    assert providers.provider("cohere").offered(reranker(scripted, "cohere")) == ["rerank-v3.5"]


def test_what_a_provider_does_not_have_is_refused_in_words(scripted: Scripted) -> None:
    with pytest.raises(InvalidInput, match="no rerankers"):
        providers.provider("openai").rerank(llm(scripted), "Who?", ["one"])
    with pytest.raises(InvalidInput, match="no language models"):
        chat(reranker(scripted, "cohere"))
    assert {p.key for p in providers.offering(ModelKind.RERANKER)} == {"built-in", "cohere", "tei"}


def test_no_key_is_ever_shown(scripted: Scripted, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    scripted.on(CHAT, says("a", ending="drop"), fail(400, "no sk-secret here"), fail(401, "sk-secret"))
    chat(llm(scripted))
    for _ in range(2):
        with pytest.raises(ModelUnavailable) as caught:
            chat(llm(scripted))
        assert "sk-secret" not in "".join(traceback.format_exception(caught.value))
    assert "sk-secret" not in caplog.text
    assert "sk-secret" not in repr(llm(scripted))
