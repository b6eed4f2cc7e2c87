"""The Chat page under load: 20 people at once, first words, and a page with 200 messages.

The model is a scripted server that streams; what is measured is what the app adds to it.
"""

from __future__ import annotations

import os
import re
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from domain.events import RunState
from domain.models import ModelKind
from domain.users import Role, User
from scripts.budget import Row, verdict
from scripts.chatters import Chatter, Seen
from services import ingest_command, models, sign_in, users
from services.model_drafts import Draft
from services.settings import Settings
from services.setup import open_installation
from services.tables import ConversationRow, RunRow, UserRow, new_id
from tests.e2e.conftest import App, free_port
from tests.scripted import CHAT, Received, Reply, Scripted, says

PEOPLE = 20
QUESTIONS = 3
MESSAGES = 200
PIECES = 24
DELAY_S = 0.08
COLLECTION = "Documents"
_MARK = re.compile(r"person-\d+ question-\d+")


class Model:
    """A scripted model that repeats whose question it answers, and knows when it said what."""

    def __init__(self, server: Scripted) -> None:
        self.first_at: dict[str, float] = {}
        self.last_at: dict[str, float] = {}
        self._lock = threading.Lock()
        server.on(CHAT, self._reply)

    def _reply(self, request: Received) -> Reply:
        text = str(request.body["messages"][-1]["content"])
        mark = _MARK.findall(text)[-1]
        if "Rewritten question:" in text:
            return says(f"What does {mark} ask of the lease of a job?")
        now = time.monotonic()
        with self._lock:
            self.first_at[mark] = now + DELAY_S
            self.last_at[mark] = now + DELAY_S * PIECES
        return says(f"{mark}: ", *["word "] * (PIECES - 2), "end [1].", delay=DELAY_S)


def measure(folder: Path, models_dir: Path) -> list[Row]:
    """Start an app of its own in ``folder`` and measure it; gives rows of the bench's table."""
    os.environ["EVIDENTIA_MODELS_DIR"] = str(models_dir)
    app = App(folder / "chat", free_port(), folder / "terminal.log")
    with Scripted() as server:
        model = Model(server)
        people, long_cookie, long_id = prepare(app, server)
        app.start()
        try:
            with Chatter(app.port, people[0][1]) as first:
                first.open()
            return [*together(app, people, model), *long_page(app, long_cookie, long_id, model)]
        finally:
            app.stop()


def prepare(app: App, server: Scripted) -> tuple[list[tuple[str, str]], str, str]:
    """Documents, a model, people with their cookies, and a conversation of 200 messages."""
    settings = Settings(_env_file=None, KH_APP_DATA_DIR=app.data_dir)  # type: ignore[call-arg]
    installation = open_installation(settings, "bench")
    admin = users.operator(installation)
    document = Path(__file__).resolve().parent.parent / "docs" / "adr" / "0003-jobs.md"
    ingest_command.run(installation, admin, [document], COLLECTION, None)
    values = {"base_url": server.base_url, "model": "scripted"}
    draft = Draft(ModelKind.LLM, "Scripted", "openai", values, secret="not-a-real-key")  # noqa: S106
    models.set_default(installation, admin, models.add(installation, admin, draft).id)
    found = []
    for number in range(PEOPLE + 1):
        with installation.database.session() as session:
            # No password has this hash: they come with their cookies.
            row = UserRow(id=new_id(), name=f"person{number}", password_hash="-", role=Role.MEMBER)  # noqa: S106
            session.add(row)
        user = User(row.id, row.name, Role.MEMBER)
        token = sign_in.to_token(installation, sign_in.renew(installation, user))
        found.append((user, f"{sign_in.COOKIE_NAME}={token}"))
    owner, cookie = found.pop()
    with installation.database.session() as session:
        conversation = ConversationRow(id=new_id(), user_id=owner.id, title="Long")
        session.add(conversation)
        session.flush()
        session.add_all(
            RunRow(
                conversation_id=conversation.id,
                user_id=owner.id,
                question=f"Question {number} of a long conversation?",
                answer=f"Answer {number}. " * 20,
                abstained=False,
                model="Scripted",
                passages=6,
                state=RunState.DONE,
            )
            for number in range(MESSAGES)
        )
    installation.close()
    return [(f"person-{n}", cookie) for n, (_, cookie) in enumerate(found)], cookie, conversation.id


def together(app: App, people: list[tuple[str, str]], model: Model) -> list[Row]:
    """All ask at once, several times, each in a conversation of their own."""
    seen: dict[str, Seen] = {}
    mixed: list[str] = []

    def chat(name: str, cookie: str) -> None:
        with Chatter(app.port, cookie) as person:
            person.open()
            for number in range(QUESTIONS):
                mark = f"{name} question-{number}"
                found = person.ask(f"What does {mark} ask of the lease of a job?", f"{mark}:")
                seen[mark] = found
                shown = [text for _, text in found.texts] + found.answers
                mixed.extend(m for text in shown for m in _MARK.findall(text) if not m.startswith(f"{name} "))

    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(lambda one: chat(*one), people))
    errors = [error for found in seen.values() for error in found.errors]
    first, after = delays(seen, model)
    title = f"{len(people)} people at once, {len(seen)} answers"
    count = f"{len(errors)}, {len(mixed)}"
    return [
        (f"{title}: errors, words of others", count, "0, 0", verdict(not errors + mixed)),
        (f"{title}: first word shown after it was sent, p50, p95", first, "", ""),
        (f"{title}: page after the last word, p50, p95", after, "", ""),
    ]


def long_page(app: App, cookie: str, conversation_id: str, model: Model) -> list[Row]:
    """One person in a conversation of 200 messages."""
    seen = {}
    with Chatter(app.port, cookie) as person:
        person.go(f"conversation={conversation_id}")
        person.open()
        for number in range(5):
            mark = f"person-99 question-{number}"
            seen[mark] = person.ask(f"What does {mark} ask of the lease of a job?", f"{mark}:")
    first = [found.first(f"{mark}:") or 0.0 for mark, found in seen.items()]
    words = [when - model.first_at[mark] for when, mark in zip(first, seen, strict=True)]
    pages = [found.finished_at - model.last_at[mark] for mark, found in seen.items()]
    word, page = statistics.median(words) * 1000, statistics.median(pages) * 1000
    name = f"conversation of {MESSAGES} messages"
    return [
        (f"{name}: first word shown after it was sent", f"{word:.0f} ms", "< 150 ms", verdict(word < 150)),
        (f"{name}: page after the last word", f"{page:.0f} ms", "< 300 ms", verdict(page < 300)),
    ]


def delays(seen: dict[str, Seen], model: Model) -> tuple[str, str]:
    """First words and finished pages, in ms after the model sent them: p50, p95."""
    words = [when - model.first_at[m] for m, s in seen.items() if (when := s.first(f"{m}:")) is not None]
    pages = [s.finished_at - model.last_at[m] for m, s in seen.items() if m in model.last_at]
    return percentiles(words), percentiles(pages)


def percentiles(seconds: list[float]) -> str:
    """The median and the 95th percentile, in ms."""
    cuts = statistics.quantiles(seconds, n=20)
    return f"{statistics.median(seconds) * 1000:.0f} ms, {cuts[-1] * 1000:.0f} ms"
