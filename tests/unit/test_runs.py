"""Runs and their events, without an engine: state, order, and who may see them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.errors import InvalidInput, NotFound
from domain.events import Cited, Done, Failed, RunState, Scored, Searched, Token
from domain.users import Role
from services import chat, collections, conversations, messages, runs
from services.tables import ConversationRow, RunRow, now
from tests.conftest import add_user


@pytest.fixture
def run(installation, member):
    collection = collections.readable(installation, member)[0]
    with installation.database.session() as session:
        conversation = ConversationRow(user_id=member.id, collection_id=collection.id)
        session.add(conversation)
        session.flush()
        return runs.create(session, member, conversation, "Why?", chat.EXTRACTIVE, 6).id


def test_events_come_back_typed_in_order_and_from_a_seq_on(installation, member, run):
    sent = [Searched(2, 50, 6, 12.5), Token("Because."), Cited((1, 2)), Scored(None, 1.0, False), Done()]
    with installation.database.session() as session:
        runs.append(session, run, *sent[:2])
        runs.append(session, run, *sent[2:])
    received, _ = runs.events(installation, member, run)
    assert [event for _, event in received] == sent
    assert [seq for seq, _ in received] == [1, 2, 3, 4, 5]
    later, _ = runs.events(installation, member, run, after=3)
    assert [event for _, event in later] == sent[3:]


def test_a_run_belongs_to_its_asker(installation, admin, run):
    for action in (runs.events, runs.stop):
        with pytest.raises(NotFound):
            action(installation, admin, run)


def test_those_who_read_statistics_may_open_a_run_and_members_may_not(installation, admin, run):
    analyst = add_user(installation, "ben", Role.ANALYST)
    other_member = add_user(installation, "eve", Role.MEMBER)
    assert runs.get(installation, analyst, run).question == "Why?"
    with pytest.raises(NotFound):
        runs.get(installation, other_member, run)


def test_a_run_whose_process_died_is_failed_with_a_sentence(installation, member, run):
    with installation.database.session() as session:
        session.get_one(RunRow, run).heartbeat_at = now() - timedelta(minutes=5)
    events, state = runs.events(installation, member, run)
    assert state is RunState.FAILED
    assert events[-1][1] == Failed(runs.INTERRUPTED)


def test_a_run_that_ended_is_not_failed_afterwards(installation, member, run):
    with installation.database.session() as session:
        session.get_one(RunRow, run).state = RunState.DONE
    runs.fail(installation, run, "too late")
    assert runs.get(installation, member, run).error is None


def test_what_was_not_computed_is_none(installation, member, run):
    shown = runs.get(installation, member, run)
    assert (shown.confidence, shown.support, shown.abstained) == (None, None, None)


@pytest.mark.parametrize(("question", "says"), [("  ", "no question"), ("x" * 20_000, "20,000 characters")])
def test_an_unusable_question_is_refused_before_anything_is_stored(installation, member, question, says):
    collection = collections.readable(installation, member)[0]
    with pytest.raises(InvalidInput, match=says):
        chat.ask(installation, member, collection.id, question)
    assert conversations.listing(installation, member) == []


def test_an_unknown_model_is_refused(installation, member):
    collection = collections.readable(installation, member)[0]
    with pytest.raises(InvalidInput, match="no active model"):
        chat.ask(installation, member, collection.id, "Why?", model="gpt-none")


def test_another_user_s_conversation_cannot_be_continued(installation, admin, member, run):
    theirs = conversations.listing(installation, member)[0]
    collection = collections.readable(installation, admin)[0]
    with pytest.raises(NotFound):
        chat.ask(installation, admin, collection.id, "Why?", conversation_id=theirs.id)
    with pytest.raises(NotFound):
        messages.of_conversation(installation, admin, theirs.id)
