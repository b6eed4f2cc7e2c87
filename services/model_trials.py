"""Trying a model out: a real call of its provider, what it took, and what it showed the model can do."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import select

from domain.errors import InvalidInput, ModelSilent, ModelUnavailable, NotFound
from domain.models import ChatMessage, ChatRequest, ModelConfig, ModelKind
from domain.users import User
from pipelines import providers
from pipelines.providers.llama_cpp import LlamaCpp
from services import local_llm, models, secrets, users
from services.installation import Installation
from services.model_drafts import Draft, checked
from services.tables import IndexVersionRow, ModelRow

SAMPLE = (
    "The harbour office keeps a ledger of every ship that enters the port. Each entry names the master, the "
    "cargo and the day of arrival. Ships above 500 tons pay a fee of 12 silver coins, smaller ones half of "
    "that. At the end of the month the clerk adds the fees, compares the sum with the money in the chest, "
    "and reports any difference to the council. Fishing boats of the town are free of all fees, but they "
    "must show their catch to the inspector before they sell it on the market."
)
"""Ordinary prose, long enough for what a chat template adds to matter little when its tokens are counted."""

LEAST_TOKENS, MOST_TOKENS = 0.15, 1.2
"""Tokens of English prose for each character that a tokenizer may plausibly make."""

REQUEST = ChatRequest(
    messages=(
        ChatMessage("system", "You answer in one short sentence."),
        ChatMessage("user", SAMPLE + "\n\nSay hello."),
    ),
    temperature=0.0,
    max_tokens=200,
)
QUESTION = "What does the inspector look at?"
PASSAGES = (
    "Ships above 500 tons pay a fee of 12 silver coins on the day of their arrival.",
    "The inspector looks at the catch of the fishing boats before it is sold on the market.",
)


@dataclass(frozen=True, slots=True)
class Trial:
    """How a trial went: ``error`` is the sentence why it failed, else "".

    ``capabilities`` is what is kept of it: ``latency_ms``, ``error`` if there is one, and by kind
    ``logprobs``, ``token_counts``, ``tokens_per_character``, ``context``, ``dimension``.
    """

    error: str
    latency_ms: int
    capabilities: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the model answered as it should."""
        return not self.error


def test(installation: Installation, acting: User, model_id: str) -> Trial:
    """Call a registered model and remember how it went.

    Raises ``NotAllowed`` for anyone but an admin, ``NotFound``, and ``InvalidInput`` for what is part of
    the program. What the provider says no to is no error but the trial's.
    """
    model = models.get(installation, acting, model_id)
    if not providers.provider(model.provider).removable:
        msg = f"“{model.name}” is part of the program and needs no test."
        raise InvalidInput(msg)
    dimension = _indexed_dimension(installation, model_id)
    trial = _tried(installation, lambda: models.config(installation, model_id), dimension)
    with installation.database.session() as session:
        row = session.get(ModelRow, model_id, with_for_update=True)
        # Someone may have changed it while it was tried: then this says nothing about it any more.
        if row is not None and row.version == model.version:
            models.note_trial(row, trial.capabilities)
    return trial


def try_out(installation: Installation, acting: User, draft: Draft, model_id: str | None = None) -> Trial:
    """Call a model as a form has it, before it is saved; nothing is remembered.

    With ``model_id`` the draft is a change of that model, whose key is used when the form's is empty.
    Raises ``NotAllowed`` for anyone but an admin, ``NotFound`` and ``InvalidInput``.
    """
    config, dimension = _drafted(installation, acting, draft, model_id)
    return _tried(installation, lambda: config, dimension)


def offered(installation: Installation, acting: User, draft: Draft, model_id: str | None = None) -> list[str]:
    """The names of the models that can be had where the draft points to; empty when it does not say.

    Raises as ``try_out``, and ``ModelUnavailable``.
    """
    with installation.database.read() as session:
        users.require_admin(session, acting, "models")
    config, _ = _drafted(installation, acting, draft, model_id, complete=False)
    if config.provider == LlamaCpp.key:
        return [file.path for file in local_llm.files(installation)]
    return providers.of(config).offered(config)


def _drafted(
    installation: Installation, acting: User, draft: Draft, model_id: str | None, *, complete: bool = True
) -> tuple[ModelConfig, int | None]:
    with installation.database.read() as session:
        users.require_admin(session, acting, "models")
        row = None if model_id is None else session.get(ModelRow, model_id)
    if model_id is None:
        draft, secret, dimension = checked(draft, complete=complete), draft.secret.strip(), None
    elif row is None:
        msg = "Someone deleted this model meanwhile. Close this form and add it anew."
        raise NotFound(msg)
    else:
        model = models.get(installation, acting, model_id)
        draft = models.checked_change(row, draft, model.collections, complete=complete)
        secret, dimension = draft.secret, _indexed_dimension(installation, model_id)
        if not secret and row.secret is not None and not draft.remove_key:
            secret = secrets.decrypt(installation, row.secret, row.name)
    parameters = tuple(dict(draft.parameters).items())
    return ModelConfig(
        model_id or "draft", draft.kind, draft.name, draft.provider, parameters, secret
    ), dimension


def _indexed_dimension(installation: Installation, model_id: str) -> int | None:
    with installation.database.read() as session:
        return session.scalars(select(IndexVersionRow.dimension).filter_by(embedding=model_id)).first()


def _tried(installation: Installation, config: Callable[[], ModelConfig], dimension: int | None) -> Trial:
    start = time.perf_counter()
    try:
        found = local_llm.reachable(installation, config())
        # The time that a local model needs to start says nothing about how fast it answers.
        start = time.perf_counter()
        learnt = _TRIALS[found.kind](found)
        error = ""
        if dimension is not None and learnt["dimension"] != dimension:
            error = (
                f"It gives vectors of {learnt.pop('dimension')} numbers, but collections were indexed with "
                f"{dimension}. Point it to the same model as before."
            )
    except (ModelUnavailable, InvalidInput) as refused:
        learnt, error = {}, refused.message
    milliseconds = round((time.perf_counter() - start) * 1000)
    learnt |= {"latency_ms": milliseconds} | ({"error": error} if error else {})
    return Trial(error, milliseconds, learnt)


def _try_llm(config: ModelConfig) -> dict[str, Any]:
    provider = providers.of(config)
    reply = provider.chat(config, REQUEST, lambda _: None)
    if reply.problem:
        raise ModelUnavailable(reply.problem)
    if not reply.text.strip():
        msg = f"“{config.name}” answered with nothing. Check the name of the model, or try again."
        raise ModelSilent(msg)
    learnt = {
        "logprobs": reply.certainty is not None,
        "token_counts": reply.prompt_tokens is not None,
        "context": provider.context_size(config),
        "tokens_per_character": _tokens_per_character(config, reply.prompt_tokens),
    }
    return {name: value for name, value in learnt.items() if value is not None}


def _tokens_per_character(config: ModelConfig, prompt_tokens: int | None) -> float | None:
    counted = providers.of(config).count_tokens(config, SAMPLE)
    characters = len(SAMPLE)
    if counted is None:
        counted = prompt_tokens or 0
        characters = sum(len(message.content) for message in REQUEST.messages)
    # Some servers leave out what they had in a cache: too small a number would overfill the context later.
    ratio = round(counted / characters, 4)
    return ratio if LEAST_TOKENS <= ratio <= MOST_TOKENS else None


def _try_embedding(config: ModelConfig) -> dict[str, Any]:
    vectors = np.asarray(providers.of(config).embed(config, [PASSAGES[0]], is_query=False))
    if vectors.ndim != 2 or len(vectors) != 1 or not vectors.shape[1] or not np.isfinite(vectors).all():
        msg = f"“{config.name}” gave no vector for a sentence. Check that the model is an embedding."
        raise ModelUnavailable(msg)
    return {"dimension": int(vectors.shape[1])}


def _try_reranker(config: ModelConfig) -> dict[str, Any]:
    scores = providers.of(config).rerank(config, QUESTION, PASSAGES)
    if len(scores) != len(PASSAGES) or not all(0 <= score <= 1 for score in scores):
        msg = f"“{config.name}” gave no score from 0 to 1 for each passage. Check that it is a reranker."
        raise ModelUnavailable(msg)
    if scores[0] >= scores[1]:
        msg = (
            f"“{config.name}” put a passage that does not answer the question first. "
            "Check that the model is a reranker."
        )
        raise ModelUnavailable(msg)
    return {}


_TRIALS: dict[ModelKind, Callable[[ModelConfig], dict[str, Any]]] = {
    ModelKind.LLM: _try_llm,
    ModelKind.EMBEDDING: _try_embedding,
    ModelKind.RERANKER: _try_reranker,
}
