"""The Chat page: asking, following, reading again, and what it refuses."""

from __future__ import annotations

import json
import re
import threading
import time

import pytest
from sqlalchemy import event

from components import live, writing
from components.answer import pieces
from components.escaping import label, markup
from domain.errors import StoreUnavailable
from domain.events import RunState
from domain.evidence import Claim
from domain.users import Role
from services import answering, chat, documents, messages, runs, setup
from services.messages import Message
from services.tables import now
from tests import made_runs
from tests.app.conftest import add, button, opened, shown

WHALES = (
    b"The blue whale is the largest animal known to have lived. "
    b"An adult blue whale weighs up to 190 tonnes. It feeds almost only on krill."
)
BRIDGE = b"The Firth bridge was opened in 1890. It is painted red."
WEIGHT = "How much does an adult blue whale weigh?"


def ask(app, question):
    """Ask and let the page follow until the answer is there."""
    app.chat_input[0].set_value(question).run()
    return settled(app)


def settled(app):
    end = time.monotonic() + 60
    while any(b.label == "Stop" for b in app.button) and time.monotonic() < end:
        time.sleep(0.05)
        app.run()
    assert not app.exception
    return app


def named(app):
    """The conversation that the address names."""
    value = app.query_params["conversation"]
    return value[0] if isinstance(value, list) else value


def answers(app):
    """What the answer components were given, without the text around it."""
    found = []
    for element in app.get("bidi_component"):
        data = json.loads(element.proto.json)
        if "pieces" in data:
            found.append(data)
    return found


def evidence_html(app):
    return [e.value for e in app.get("html") if "ev-card" in e.value and "<style>" not in e.value]


def test_an_empty_installation_leads_to_the_file_index(installation, monkeypatch):
    monkeypatch.setattr(setup, "current", lambda: installation)
    app = opened(installation, made_runs.person(installation, "mary", Role.MEMBER))
    assert app.chat_input[0].disabled
    button(app, "Add files").click().run()
    assert not app.exception
    assert app.title[0].value == "File Index"


def test_a_question_is_answered_beside_its_evidence(reading, mary, collection):
    add(reading, mary, collection, "whales.txt", WHALES)
    app = ask(opened(reading, mary), WEIGHT)
    (answer,) = answers(app)
    assert {"citation": 1} in answer["pieces"]
    assert "190 tonnes" in "".join(p.get("text", "") for p in answer["pieces"])
    assert any("1 file searched" in c.value and "→" in c.value for c in app.caption)
    card = evidence_html(app)[0]
    assert "whales.txt" in card
    assert any("190 tonnes" in quote for quote in re.findall("<mark>(.*?)</mark>", card))
    assert "Relevance<b>" in card
    assert "ev-ring" in shown(app)


def test_a_conversation_is_found_again_by_its_address_and_in_the_list(reading, mary, collection):
    add(reading, mary, collection, "whales.txt", WHALES)
    app = ask(opened(reading, mary), WEIGHT)
    conversation = named(app)
    again = opened(reading, mary, conversation=conversation)
    assert [t.value for t in again.text] == [WEIGHT]
    assert len(answers(again)) == 1
    button(again, "New conversation").click().run()
    assert "conversation" not in again.query_params
    assert not again.text
    button(again, label(WEIGHT)).click().run()
    assert named(again) == conversation
    assert [t.value for t in again.text] == [WEIGHT]


def test_coming_back_from_another_page_shows_the_same_conversation(reading, mary, collection):
    add(reading, mary, collection, "whales.txt", WHALES)
    app = ask(opened(reading, mary), WEIGHT)
    app.switch_page("pages/files.py").run()
    app.query_params.clear()
    app.switch_page("pages/chat.py").run()
    assert [t.value for t in app.text] == [WEIGHT]


def test_someone_elses_conversation_does_not_exist(reading, mary, collection):
    add(reading, mary, collection, "whales.txt", WHALES)
    app = ask(opened(reading, mary), WEIGHT)
    conversation = named(app)
    other = made_runs.person(reading, f"other-{mary.name}", Role.ADMIN)
    seen = opened(reading, other, conversation=conversation)
    assert "There is no such conversation" in seen.error[0].value
    assert not seen.text
    assert "conversation" not in seen.query_params


def test_only_the_chosen_files_are_searched(reading, mary, collection):
    add(reading, mary, collection, "whales.txt", WHALES)
    bridges = add(reading, mary, collection, "bridges.txt", BRIDGE)
    app = opened(reading, mary)
    button(app, "All 2 files").click().run()
    # Both in one run: AppTest knows only reruns of the whole page, which close a dialog.
    app.multiselect[0].set_value([bridges.id])
    button(app, "Search all files").click().run()
    assert button(app, "1 of 2 files")
    ask(app, WEIGHT)
    assert any("1 file searched" in c.value for c in app.caption)
    assert all("bridges.txt" in card for card in evidence_html(app))


def test_a_chosen_file_that_was_deleted_is_not_searched_for(reading, mary, collection):
    whales = add(reading, mary, collection, "whales.txt", WHALES)
    add(reading, mary, collection, "bridges.txt", BRIDGE)
    run_id = chat.ask(reading, mary, collection.id, WEIGHT, document_ids=[whales.id])
    for _ in chat.follow(reading, mary, run_id):
        pass
    documents.delete(reading, mary, whales.id)
    conversation = runs.get(reading, mary, run_id).conversation_id
    app = opened(reading, mary, conversation=conversation)
    assert "all files are searched now" in app.warning[0].value
    assert button(app, "All 1 file")


def test_evidence_of_a_deleted_document_says_so(reading, mary, collection):
    whales = add(reading, mary, collection, "whales.txt", WHALES)
    app = ask(opened(reading, mary), WEIGHT)
    documents.delete(reading, mary, whales.id)
    app.run()
    assert all("Document deleted" in card for card in evidence_html(app))
    assert "feeds almost only on krill" not in "".join(evidence_html(app))
    assert not [b for b in app.button if b.label == "Whole page"]


def test_an_older_answer_shows_its_own_evidence(reading, mary, collection):
    add(reading, mary, collection, "whales.txt", WHALES)
    add(reading, mary, collection, "bridges.txt", BRIDGE)
    app = ask(opened(reading, mary), WEIGHT)
    ask(app, "When was the Firth bridge opened?")
    assert "bridges.txt" in evidence_html(app)[0]
    button(app, "Evidence").click().run()
    assert "whales.txt" in evidence_html(app)[0]
    assert not app.exception


def test_what_the_documents_do_not_answer_is_said(reading, mary, collection):
    add(reading, mary, collection, "whales.txt", WHALES)
    app = ask(opened(reading, mary), "Who won the chess championship in Reykjavik?")
    assert "The documents do not answer this question." in shown(app)
    assert not answers(app)
    assert "No answer given" in shown(app)
    assert evidence_html(app)


def test_text_of_people_and_documents_is_shown_and_never_run(reading, mary, collection):
    name = "<img src=x onerror=alert(1)> *loud* $x^2$.txt"
    hostile = "<script>alert(2)</script> The [blue](javascript:alert(3)) whale weighs **190 tonnes** & $5$."
    add(reading, mary, collection, name, f"{hostile} {WHALES.decode()}".encode())
    question = "How much does <b>the</b> *blue* whale weigh? :smile: ![x](https://example.org/x.png)"
    app = ask(opened(reading, mary), question)
    assert app.text[0].value == question
    html = "".join(e.value for e in app.get("html"))
    assert "<script>" not in html
    assert "<img" not in html
    assert markup(name) in html
    listed = next(b for b in app.button if (b.key or "").startswith("conversation_open")).label
    assert "<b>" not in listed
    assert "![x]" not in listed
    assert ":smile:" not in listed


@pytest.mark.parametrize(
    "question", ["x" * 20_000, "   \n  "], ids=["twenty thousand characters", "only spaces"]
)
def test_a_question_that_cannot_be_asked_gets_a_sentence_and_is_not_lost(reading, mary, collection, question):
    add(reading, mary, collection, "whales.txt", WHALES)
    app = opened(reading, mary)
    app.chat_input[0].set_value(question).run()
    assert len(app.error) == 1
    assert not answers(app)
    if question.strip():
        assert app.text[0].value == question
    assert len(answers(ask(app, WEIGHT))) == 1
    assert not app.error


def test_an_engine_that_is_down_gives_a_sentence_and_the_page_stays_usable(
    reading, mary, collection, monkeypatch
):
    add(reading, mary, collection, "whales.txt", WHALES)

    def down(*_args, **_options):
        raise StoreUnavailable("The search engine does not answer. Try again in a moment.")

    with monkeypatch.context() as patch:
        patch.setattr(answering, "search", down)
        app = ask(opened(reading, mary), WEIGHT)
    assert "does not answer" in app.error[0].value
    assert len(answers(ask(app, WEIGHT))) == 1


def test_an_answer_can_be_stopped(reading, mary, collection, monkeypatch):
    add(reading, mary, collection, "whales.txt", WHALES)
    go_on, real = threading.Event(), answering.search
    drawn = []

    def slow(*args, **options):
        go_on.wait(30)
        return real(*args, **options)

    def stop(_user, slots):
        # As the button does; the page itself waits for the end of the answer here.
        drawn.append(slots)
        live._stop(slots.message.run_id)
        go_on.set()
        follow(_user, slots)

    follow = live.follow
    monkeypatch.setattr(answering, "search", slow)
    monkeypatch.setattr(live, "follow", stop)
    app = opened(reading, mary)
    app.chat_input[0].set_value(WEIGHT).run()
    assert len(drawn) == 1
    assert "You stopped this answer." in shown(app)
    assert not answers(app)


def test_a_long_conversation_costs_no_more_than_a_short_one(reading, mary, collection):
    add(reading, mary, collection, "whales.txt", WHALES)
    app = ask(opened(reading, mary), WEIGHT)
    conversation = named(app)
    statements = []
    with reading.database.session() as session:
        connection = session.connection()
        engine = connection.engine
        for number in range(120):
            row = runs.RunRow(
                conversation_id=conversation,
                user_id=mary.id,
                collection_id=collection.id,
                question=f"Question {number}",
                model=chat.EXTRACTIVE,
                passages=6,
                state=RunState.STOPPED,
                created_at=now(),
            )
            session.add(row)
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    found = messages.of_conversation(reading, mary, conversation)
    assert len(statements) < 10
    assert (len(found.latest), found.earlier) == (20, 101)
    app.run()
    assert len(app.text) == 20
    button(app, "Show 101 earlier").click().run()
    assert len(app.text) == 40


def test_a_quoted_bracket_is_not_a_citation():
    claim = Claim("As shown in [1] and [2], it fell.", (1,), True)
    message = _message(answer=f"{claim.text} [1] So be it [7].", claims=(claim,), numbers=(1,))
    assert pieces(message) == [
        {"text": claim.text, "mark": "supported"},
        {"citation": 1},
        {"text": " So be it [7]."},
    ]


def test_claims_are_marked_by_what_was_found_of_them():
    claims = (Claim("It rose.", (1,), True), Claim("It fell.", (2,), False), Claim("So?", (), None))
    message = _message(answer="It rose. [1] It fell. [2] So?", claims=claims, numbers=(1, 2))
    marks = [p.get("mark") for p in pieces(message) if p.get("text", "").strip()]
    assert marks == ["supported", "unsupported", None]


def _message(**given):
    plain = dict.fromkeys(Message.__slots__)
    plain |= {"question": "?", "state": RunState.DONE, "created_at": now()}
    return Message(**(plain | given))


def test_times_are_said_as_people_say_them():
    at = now().replace(year=2026, month=5, day=20, hour=10, minute=42)
    today = at.date()
    assert writing.when(at, today) == "today 10:42"
    assert writing.when(at.replace(day=19), today) == "yesterday 10:42"
    assert writing.when(at.replace(day=18), today) == "Monday"
    assert writing.when(at.replace(day=3), today) == "3 May 2026"
