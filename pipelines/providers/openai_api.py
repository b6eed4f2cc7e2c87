"""OpenAI, and every server that speaks its API: vLLM, LM Studio, llama.cpp's server, OpenRouter and more."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from urllib.parse import urlsplit

import httpx
import numpy as np

from domain.errors import ModelRefused, ModelSilent, ModelUnavailable
from domain.models import ChatReply, ChatRequest, ModelConfig, ModelKind
from pipelines.providers import http, words
from pipelines.providers.base import OnText, Parameter, Provider, Vectors
from pipelines.providers.stream import Event, Gathered, Reported, events
from pipelines.providers.vectors import unit_vectors

if TYPE_CHECKING:
    from openai import APIStatusError, OpenAI

logger = logging.getLogger(__name__)

BASE_URL = "https://api.openai.com/v1"
CONTEXT = 8192
BATCH = 32
COUNTING_S = 3.0

EXTRAS = frozenset({"logprobs", "stream_options"})
"""What a plain server may not know, and no answer needs."""
OPTIONAL = EXTRAS | {"temperature", "max_tokens"}
"""What is left out, or said otherwise, when a server refuses it."""

CHARACTERS_PER_TOKEN = 20
"""More than that for each token that was allowed, and the server does not count."""
SILENCES = 10
"""A server that gives signs of life but no text is left after that many times its timeout."""


@dataclass(slots=True)
class Connection:
    """A client of the SDK for one model, and what was learned about its server."""

    sdk: OpenAI
    refused: frozenset[str] = frozenset()
    tokenizes: bool = True
    lock: threading.Lock = field(default_factory=threading.Lock)

    def learn(self, refused: set[str]) -> None:
        """Remember options that the server refuses."""
        if refused - self.refused:
            with self.lock:
                self.refused |= refused


class OpenAIApi(Provider):
    """Chat and embeddings through OpenAI's API, at any address that speaks it."""

    key: ClassVar[str] = "openai"
    title: ClassVar[str] = "OpenAI API"
    kinds: ClassVar[frozenset[ModelKind]] = frozenset({ModelKind.LLM, ModelKind.EMBEDDING})
    needs_key: ClassVar[Literal["required", "optional", "no"]] = "optional"

    def parameters(self, kind: ModelKind) -> tuple[Parameter, ...]:
        """Address and model, then what bounds a call."""
        return (
            Parameter("base_url", "url", required=True, default=BASE_URL),
            Parameter("model", required=True),
            *shared_parameters(kind),
        )

    def connect(self, model: ModelConfig) -> OpenAI:
        """A client of the SDK. Raises ``ModelRefused`` for an address that cannot be one."""
        from openai import Omit, OpenAI

        url = self.base_url(model)
        if not model.secret and urlsplit(url).hostname == "api.openai.com":
            raise ModelRefused(f"“{model.name}” needs a key of OpenAI: enter it under Resources.")
        none: Any = {"OpenAI-Organization": Omit(), "OpenAI-Project": Omit()}  # else the environment's
        client: Any = http.client()  # the SDK takes httpx beside its own copy of it
        patience: Any = http.timeout(model)
        return OpenAI(
            base_url=url,
            api_key=model.secret or "none",
            default_headers=none,
            http_client=client,
            max_retries=0,
            timeout=patience,
        )

    def base_url(self, model: ModelConfig) -> str:
        """The address with the version, without a slash at its end. Raises ``ModelRefused``."""
        url = model.text("base_url", BASE_URL).strip().rstrip("/") or BASE_URL
        checked(model, url)
        return url

    def wanted(self, model: ModelConfig) -> str:
        """The model's name at its server. Raises ``ModelRefused`` when none was entered."""
        name = model.text("model").strip()
        if not name:
            raise ModelRefused(f"“{model.name}” has no model chosen: enter one under Resources.")
        return name

    def offered(self, model: ModelConfig) -> list[str]:
        """The ids of ``/models``."""
        listed = self._json(model, lambda sdk: sdk.models.with_raw_response.list())
        rows = listed.get("data") if isinstance(listed, dict) else None
        if not isinstance(rows, list):
            raise words.no_api(model)
        return sorted(str(row["id"]) for row in rows if isinstance(row, dict) and row.get("id"))

    def context_size(self, model: ModelConfig) -> int | None:
        """As entered, else what every current model takes."""
        return super().context_size(model) or CONTEXT

    def count_tokens(self, model: ModelConfig, text: str) -> int | None:
        """By the server's own ``/tokenize``, as llama.cpp and vLLM have it."""
        connection = _connection(self, model)
        if not connection.tokenizes:
            return None
        url = str(connection.sdk.base_url).rstrip("/").removesuffix("/v1") + "/tokenize"
        body = {"content": text, "prompt": text, "model": self.wanted(model)}
        try:
            told = http.call(model, "POST", url, body, seconds=COUNTING_S)
        except ModelRefused:
            told = None
        except ModelUnavailable:
            return None
        tokens = told.get("tokens") if isinstance(told, dict) else None
        connection.tokenizes = isinstance(tokens, list)
        return len(tokens) if isinstance(tokens, list) else None

    # ----- chat

    def warm_up(self) -> None:
        """Import the SDK, which takes a second; only where a model needs it."""
        import openai  # noqa: F401

    def chat(self, model: ModelConfig, request: ChatRequest, on_text: OnText) -> ChatReply:
        """Stream an answer; see the base class."""
        gathered, failures = Gathered(), list[ModelUnavailable]()
        with ExitStack() as stack:
            response = self._open(stack, model, request)
            for piece in _pieces(model, request, response, gathered, failures):
                on_text(piece)
        rest = gathered.answer.finish()
        if rest:
            on_text(rest)
        return _reply(model, gathered, failures)

    def _open(self, stack: ExitStack, model: ModelConfig, request: ChatRequest) -> Any:
        """The response to a request without the options that the server refuses, learning which these are."""
        from openai import APIStatusError

        connection = _connection(self, model)
        refused = set(connection.refused)
        create = connection.sdk.chat.completions.with_streaming_response.create
        while True:
            with in_words(model):
                try:
                    response = stack.enter_context(create(**self._options(model, request, refused)))
                except APIStatusError as error:
                    more = _refused_by(error) - refused
                    if not more:
                        raise
                    refused |= more
                else:
                    connection.learn(refused)
                    return response

    def _options(self, model: ModelConfig, request: ChatRequest, refused: set[str]) -> dict[str, Any]:
        options = {
            "temperature": request.temperature,
            "max_tokens": request.max_tokens,
            "stream_options": {"include_usage": True},
            "logprobs": True,
        }
        options = {name: value for name, value in options.items() if name not in refused}
        if "max_tokens" in refused:
            options["max_completion_tokens"] = request.max_tokens
        messages = [{"role": m.role, "content": m.content} for m in request.messages]
        return {"model": self.wanted(model), "messages": messages, "stream": True, **options}

    # ----- embeddings

    def embed(self, model: ModelConfig, texts: Sequence[str], *, is_query: bool) -> Vectors:
        """Unit vectors, asked for in batches; see the base class."""
        prefix = model.text("query_prefix" if is_query else "passage_prefix")
        size = max(int(model.number("batch", BATCH)), 1)
        parts = [
            self._embed_batch(model, [prefix + text or " " for text in texts[start : start + size]])
            for start in range(0, len(texts), size)
        ]
        if len({part.shape[1] for part in parts}) > 1:
            raise words.garbled(model)
        return np.concatenate(parts) if parts else np.zeros((0, 0), dtype=np.float32)

    def _embed_batch(self, model: ModelConfig, texts: list[str]) -> Vectors:
        dimensions = int(model.number("dimensions", 0))
        shortened: dict[str, Any] = {"dimensions": dimensions} if dimensions else {}
        told = self._json(
            model,
            lambda sdk: sdk.embeddings.with_raw_response.create(
                model=self.wanted(model), input=texts, encoding_format="float", **shortened
            ),
        )
        rows = told.get("data") if isinstance(told, dict) else None
        if not isinstance(rows, list):
            raise words.no_api(model)
        try:
            ordered = {int(row.get("index", place)): row["embedding"] for place, row in enumerate(rows)}
            found = [ordered[place] for place in range(len(texts))]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise words.garbled(model) from error
        return unit_vectors(model, found)

    def _json(self, model: ModelConfig, call: Any) -> Any:
        """The JSON of a call through the SDK that does not stream."""
        with in_words(model):
            response = call(_connection(self, model).sdk).http_response
        return http.read_json(model, response)


def shared_parameters(kind: ModelKind) -> tuple[Parameter, ...]:
    """What every provider of this API has in its form."""
    seconds = Parameter("timeout", "number", default=http.TIMEOUT_S, minimum=1, maximum=3600)
    if kind is ModelKind.EMBEDDING:
        return (
            Parameter("dimensions", "integer", minimum=1, maximum=32768),
            Parameter("query_prefix"),
            Parameter("passage_prefix"),
            Parameter("batch", "integer", default=BATCH, minimum=1, maximum=2048),
            seconds,
        )
    return (Parameter("context", "integer", default=CONTEXT, minimum=512, maximum=10_000_000), seconds)


def checked(model: ModelConfig, url: str) -> None:
    """Refuse what is no web address. Raises ``ModelRefused``."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise words.no_api(model)


@lru_cache(maxsize=128)
def _connected(provider: OpenAIApi, model: ModelConfig) -> Connection:
    return Connection(provider.connect(model))


_connecting = threading.Lock()


def _connection(provider: OpenAIApi, model: ModelConfig) -> Connection:
    with _connecting:  # lru_cache alone would make two, and what one learns the other would not know
        return _connected(provider, model)


@contextmanager
def in_words(model: ModelConfig) -> Iterator[None]:
    """Raise what the SDK raises as errors of the tree."""
    import openai

    try:
        yield
    except openai.APIStatusError as error:
        body = _body(error)
        # A server may repeat the key that it refuses; the cause goes to the log.
        cause = None if model.secret and model.secret in body else error
        raise words.refused(model, error.status_code, body, error.response.headers) from cause
    except openai.APIConnectionError as error:
        reason = error.__cause__
        raise words.unreachable(model, reason if isinstance(reason, Exception) else error) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise words.unreachable(model, error) from error
    except openai.OpenAIError as error:
        raise words.garbled(model) from error


def _body(error: APIStatusError) -> str:
    try:
        return error.response.text
    except (httpx.StreamError, RuntimeError):
        return str(error.body)


def _refused_by(error: APIStatusError) -> set[str]:
    """The options that a refusal is about; all that a plain server may not know when it does not say."""
    text = _body(error).lower()
    if error.status_code == 404 and "requested parameters" in text:  # OpenRouter's way to say it
        return set(EXTRAS)
    if error.status_code == 403 and "logprobs" in text:
        return {"logprobs"}
    if error.status_code not in {400, 422} or any(word in text for word in words.TOO_LONG):
        return set()
    if any(word in text for word in words.UNKNOWN_MODEL):
        return set()
    named = {name for name in OPTIONAL if name in text or name == error.param}
    if "max_completion_tokens" in text:
        named.add("max_tokens")
    return named or set(EXTRAS)


def _pieces(
    model: ModelConfig,
    request: ChatRequest,
    response: Any,
    gathered: Gathered,
    failures: list[ModelUnavailable],
) -> Iterator[str]:
    """The pieces of the answer, empty ones as signs of life; what breaks it off goes into ``failures``.

    A generator, so that what the listener raises is never taken for the server's doing.
    """
    bound = request.max_tokens * CHARACTERS_PER_TOKEN + 2000
    patience = time.monotonic() + SILENCES * model.number("timeout", http.TIMEOUT_S)
    try:
        for event in _events(model, response):
            yield gathered.take(event)
            if gathered.characters > bound:
                gathered.finish_reason = "length"
                return
            if not gathered.answer.text and time.monotonic() > patience:
                raise httpx.ReadTimeout("signs of life only")
    except Reported as error:
        failures.append(words.refused(model, error.status, error.body, {}))
        logger.warning("“%s” reported an error in its stream: %s", model.name, words.shown(model, error.body))
    except httpx.HTTPError as error:
        failures.append(words.unreachable(model, error))
        logger.warning("the stream of “%s” ended with %r", model.name, error)
    except ValueError as error:
        failures.append(words.garbled(model))
        logger.warning("the stream of “%s” cannot be read: %s", model.name, error)


def _events(model: ModelConfig, response: Any) -> Iterator[Event]:
    """The events of a stream; one for all of an answer from a server that does not stream."""
    kind = response.headers.get("content-type", "")
    if "event-stream" in kind:
        yield from events(response.iter_bytes())
        return
    told = http.read_json(model, response.http_response)
    if not isinstance(told, dict) or not isinstance(told.get("choices"), list):
        raise words.no_api(model)
    yield told


def _reply(model: ModelConfig, gathered: Gathered, failures: list[ModelUnavailable]) -> ChatReply:
    text, problem = gathered.answer.text, None
    if not text.strip():
        raise failures[0] if failures else _silent(model, gathered)
    if failures or gathered.finish_reason is None:
        problem = f"“{model.name}” broke off in the middle of its answer: ask again for all of it."
    return ChatReply(
        text,
        gathered.finish_reason or "broken",
        gathered.prompt_tokens,
        gathered.answer_tokens,
        gathered.certainty,
        problem,
    )


def _silent(model: ModelConfig, gathered: Gathered) -> ModelSilent:
    name = f"“{model.name}”"
    if gathered.finish_reason == "length":
        return ModelSilent(f"{name} used up its tokens before it came to an answer: allow it more tokens.")
    if gathered.finish_reason == "content_filter":
        return ModelSilent(f"The content filter of {name} kept the answer back: put the question otherwise.")
    return ModelSilent(f"{name} answered with nothing: ask again, or choose another model.")
