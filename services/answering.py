"""Executing a run in the background: rewrite, search, answer, store; each step leaves its events."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.config import AnswerConfig, SearchConfig, Turn
from domain.errors import Cancelled, ContextTooLong, EvidentiaError, ModelUnavailable, NotFound
from domain.events import Cited, Done, Noted, Rewritten, RunState, Scored, Searched, Token
from domain.evidence import Answer
from domain.models import ModelConfig, ModelKind
from domain.preferences import Preferences
from domain.stream import Stream
from domain.users import Role, User
from pipelines import build
from services import collections, local_llm, logs, models, runs
from services.installation import Installation
from services.run_events import RunEvents
from services.search import Found, search
from services.tables import RunRow, UserRow, now

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a run was asked, read once at its start: what is changed meanwhile does not change it."""

    user: User
    question: str
    collection_id: str
    document_ids: list[str] | None
    search: SearchConfig
    answering: AnswerConfig
    method: str
    models: tuple[ModelConfig, ...]


def execute(installation: Installation, run_id: str) -> None:
    """Answer a queued run to its end, whatever that is. Never raises: it runs in a thread of its own."""
    events = RunEvents(installation, run_id)
    with logs.request(run_id[:8]):
        try:
            _Execution(installation, run_id, events).work()
        except Cancelled:
            _keep_partial(installation, run_id, events)
        except EvidentiaError as error:
            logger.warning("run %s failed: %s", run_id, error, exc_info=True)
            runs.fail(installation, run_id, str(error), events.written)
        except Exception:
            logger.exception("run %s failed unexpectedly", run_id)
            reference = logs.request_id()
            message = f"Something unexpected went wrong. Ask again; the log has it under {reference}."
            runs.fail(installation, run_id, message, events.written)
        finally:
            installation.run_heartbeat.discard(run_id)
            installation.signals.notify(run_id)
            installation.signals.forget(run_id)


class _Execution:
    """One run on its way; lives as long as it."""

    def __init__(self, installation: Installation, run_id: str, events: RunEvents) -> None:
        self._installation = installation
        self._run_id = run_id
        self._events = events
        self._stream = Stream(events.text, events.check)
        self._question: str | None = None
        self._found: Found | None = None
        self._searching = False

    def work(self) -> None:
        """Let the chosen model answer; another one takes over while nothing of the answer is there yet."""
        plan = _begin(self._installation, self._run_id)
        for number, model in enumerate(plan.models):
            try:
                self._answer(plan, model)
            except ModelUnavailable as error:
                if self._searching or self._events.written or number + 1 == len(plan.models):
                    raise
                logger.warning("model %s failed: %s", model.name, error, exc_info=True)
                self._hand_over(model, plan.models[number + 1], str(error))
            else:
                return

    def _answer(self, plan: _Plan, model: ModelConfig) -> None:
        self._events.check()
        by_model = self._reached(model) if model.id != models.EXTRACTIVE else None
        if self._question is None:
            self._question = self._stand_alone(plan, by_model)
        if self._found is None:
            # An embedding that does not answer is not the language model's fault: nobody takes over.
            self._searching = True
            self._found = self._search(plan, self._question)
            self._searching = False
        self._events.check()
        self._write(plan, self._found, by_model)

    def _reached(self, model: ModelConfig) -> ModelConfig:
        if local_llm.must_start(self._installation, model):
            with self._installation.database.session() as session:
                self._events.add(session, Noted(f"“{model.name}” is being started on this machine."))
            self._events.announce()
        return local_llm.reachable(self._installation, model)

    def _stand_alone(self, plan: _Plan, model: ModelConfig | None) -> str:
        if not plan.answering.history:
            return plan.question
        started = time.perf_counter()
        question = build.rewrite(
            self._installation.runtime, plan.question, plan.answering, model, self._stream
        )
        with self._installation.database.session() as session:
            row = session.get_one(RunRow, self._run_id)
            elapsed = round((time.perf_counter() - started) * 1000, 2)
            row.timings = {**row.timings, "rewrite": {"rewriter": elapsed}}
            if question != plan.question:
                row.question_used = question
                self._events.add(session, Rewritten(question))
        self._events.announce()
        return question

    def _search(self, plan: _Plan, question: str) -> Found:
        found = search(
            self._installation,
            plan.user,
            plan.collection_id,
            question,
            document_ids=plan.document_ids,
            config=plan.search,
        )
        with self._installation.database.session() as session:
            runs.store_search(session, session.get_one(RunRow, self._run_id), found)
            searched = Searched(
                found.documents_searched,
                len(found.candidates),
                len(found.evidence),
                found.timings_ms["total"],
            )
            self._events.add(session, searched, *map(Noted, found.notes))
        self._events.announce()
        return found

    def _write(self, plan: _Plan, found: Found, model: ModelConfig | None) -> None:
        collection = collections.get(self._installation, plan.user, plan.collection_id)
        # Without a passage there is nothing that a model could be asked about.
        method = "extractive" if model is None or not found.evidence else plan.method
        yaml = collection.answer_pipeline or build.answer_yaml(collection.index, method)
        started = time.perf_counter()
        result, notes = self._ask(yaml, plan, found, model)
        self._events.flush()
        timings = dict(result.timings_ms)
        if model is not None and self._events.first_text_at is not None:
            timings["first_token"] = round((self._events.first_text_at - started) * 1000, 2)
        with self._installation.database.session() as session:
            row = session.get_one(RunRow, self._run_id)
            row.notes = [*row.notes, *notes]
            runs.store_answer(session, row, result.answer, yaml, timings)
            runs.store_reply(row, result.reply)
            row.state, row.finished_at = RunState.DONE, now()
            self._events.add(session, *self._last_events(result.answer))

    def _ask(
        self, yaml: str, plan: _Plan, found: Found, model: ModelConfig | None
    ) -> tuple[build.Answered, list[str]]:
        """The answer; from fewer passages when the provider says that they were too many."""
        evidence = found.evidence
        while True:
            try:
                result = build.answer(
                    yaml,
                    self._installation.runtime,
                    found.question,
                    evidence,
                    model=model,
                    answering=plan.answering,
                    stream=self._stream,
                )
            except ContextTooLong:
                if len(evidence) < 2 or self._events.written:
                    raise
                evidence = evidence[: len(evidence) // 2]
                continue
            read = len(evidence) if result.passages is None else len(result.passages)
            if read == len(found.evidence):
                return result, []
            return result, [f"Only {read} of {len(found.evidence)} passages fitted into the model's context."]

    def _last_events(self, answer: Answer) -> Iterator[Any]:
        if not self._events.written:
            yield Token(answer.text)
        yield Cited(tuple(dict.fromkeys(c.number for c in answer.citations)))
        yield Scored(answer.confidence.value, answer.support, answer.abstained)
        yield Done()

    def _hand_over(self, failed: ModelConfig, following: ModelConfig, reason: str) -> None:
        note = f"{reason} “{following.name}” answered instead."
        with self._installation.database.session() as session:
            row = session.get_one(RunRow, self._run_id)
            row.fallback_from, row.model, row.model_id = failed.name, following.name, following.id
            row.notes = [*row.notes, note]
            self._events.add(session, Noted(note))
        self._events.announce()


def _begin(installation: Installation, run_id: str) -> _Plan:
    with installation.database.session() as session:
        row = session.get_one(RunRow, run_id)
        row.state = RunState.RUNNING
        asker = session.get_one(UserRow, row.user_id)
        user = User(asker.id, asker.name, Role(asker.role))
        options = dict(row.options)
        history = _history(session, row, int(options.pop("history", 0)))
    if row.collection_id is None:
        msg = "The collection of this question was deleted. Choose another one."
        raise NotFound(msg)
    weight = options.pop("weight", None)
    method = options.pop("method", Preferences().method)
    known = AnswerConfig.__dataclass_fields__
    return _Plan(
        user=user,
        question=row.question,
        collection_id=row.collection_id,
        document_ids=row.document_ids,
        search=SearchConfig(passages=row.passages, weight=weight),
        answering=AnswerConfig(**{k: v for k, v in options.items() if k in known}, history=history),
        method=method,
        models=_models(installation, row.model_id),
    )


def _models(installation: Installation, model_id: str | None) -> tuple[ModelConfig, ...]:
    """The model that was chosen, then the one that takes over."""
    first = models.config(installation, model_id or models.EXTRACTIVE)
    following = models.fallback(installation, ModelKind.LLM)
    if first.id == models.EXTRACTIVE or following is None or following.id == first.id:
        return (first,)
    try:
        return (first, models.config(installation, following.id))
    except ModelUnavailable:
        # Its key cannot be read any more; that is no reason not to ask the one that was chosen.
        logger.warning("the model that should take over cannot be used", exc_info=True)
        return (first,)


def _history(session: Session, row: RunRow, limit: int) -> tuple[Turn, ...]:
    if row.conversation_id is None or limit < 1:
        return ()
    earlier = session.execute(
        select(RunRow.question, RunRow.answer, RunRow.abstained)
        .where(
            RunRow.conversation_id == row.conversation_id,
            RunRow.created_at < row.created_at,
            RunRow.superseded_by.is_(None),
            RunRow.state == RunState.DONE,
        )
        .order_by(RunRow.created_at.desc())
        .limit(limit)
    ).all()
    return tuple(Turn(question, answer or "") for question, answer, _ in reversed(earlier))


def _keep_partial(installation: Installation, run_id: str, events: RunEvents) -> None:
    """End a run that was asked to stop; what was written until then stays, and is marked."""
    events.flush()
    with installation.database.session() as session:
        row = session.get_one(RunRow, run_id)
        row.state, row.finished_at = RunState.STOPPED, now()
        if events.written:
            row.answer, row.partial = events.written, True
        events.add(session, Done(stopped=True))
