"""Follow-up questions that stand alone, with and without a language model."""

from __future__ import annotations

import threading

import pytest

from domain.config import AnswerConfig, Turn
from domain.errors import Cancelled, ModelSilent, ModelUnavailable
from domain.models import ChatReply, ChatRequest, ModelConfig, ModelKind
from domain.stream import Stream
from pipelines import providers
from pipelines.generation import Generator
from pipelines.providers.base import Provider
from pipelines.rewriting import QuestionRewriter, joined

HISTORY = (Turn("How deep is the harbour of Sund?", "Nine metres."),)
MODEL = ModelConfig("m", ModelKind.LLM, "Parrot", "parrot")


class Parrot(Provider):
    """Says what it was told to say, in the given pieces."""

    key, title = "parrot", "Parrot"
    kinds = frozenset({ModelKind.LLM})

    def __init__(self, *pieces, error=None, problem=None, hang=False):
        self.pieces, self.error, self.problem, self.hang = pieces, error, problem, hang
        self.left = threading.Event()

    def chat(self, model, request, on_text):
        if self.error:
            raise self.error
        try:
            while self.hang:
                on_text("")
                threading.Event().wait(0.02)
            for piece in self.pieces:
                on_text(piece)
        except Cancelled:
            self.left.set()
            raise
        return ChatReply("".join(self.pieces), problem=self.problem)


@pytest.fixture
def parrot(monkeypatch):
    def say(*pieces, **options):
        provider = Parrot(*pieces, **options)
        monkeypatch.setitem(providers.PROVIDERS, "parrot", provider)
        return provider

    return say


def generate(**options):
    heard = []
    stream = Stream(heard.append, **options)
    reply = Generator().run(ChatRequest(()), MODEL, stream)["reply"]
    return heard, reply


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("And why?", "And why? (How deep is the harbour of Sund)"),
        ("What about its lighthouse?", "What about its lighthouse? (How deep is the harbour of Sund)"),
        ("Who built it?", "Who built it? (How deep is the harbour of Sund)"),
        ("Is there a pilot for long ships?", "Is there a pilot for long ships?"),
        ("How tall is the lighthouse of Vik?", "How tall is the lighthouse of Vik?"),
        ("How long does it take a sailing ship to reach Vik from Sund?", None),
    ],
)
def test_a_follow_up_is_joined_with_the_question_before_it(question, searched):
    assert joined(question, HISTORY) == (searched or question)


def test_the_first_question_stays_as_it_is():
    assert joined("Who built it?", ()) == "Who built it?"


@pytest.mark.parametrize(
    ("said", "searched"),
    [
        ("Who built the harbour of Sund?", "Who built the harbour of Sund?"),
        ('Rewritten question: "Who built the harbour?"\n\nThis is because …', "Who built the harbour?"),
        ("x" * 2000, "Who built it?"),
        ("?", "Who built it?"),
    ],
)
def test_a_model_rewrites_and_what_is_unusable_changes_nothing(parrot, said, searched):
    parrot(said)
    found = QuestionRewriter().run("Who built it?", MODEL, AnswerConfig(history=HISTORY))
    assert found["question"] == searched


def test_a_silent_model_leaves_the_question_and_one_that_is_down_says_so(parrot):
    parrot("")
    assert QuestionRewriter().run("Who built it?", MODEL, AnswerConfig(history=HISTORY))["question"]
    parrot(error=ModelUnavailable("It does not answer."))
    with pytest.raises(ModelUnavailable, match="does not answer"):
        QuestionRewriter().run("Who built it?", MODEL, AnswerConfig(history=HISTORY))


def test_an_answer_is_handed_on_piece_by_piece(parrot):
    parrot("Nine ", "metres", " [1].")
    heard, reply = generate()
    assert heard == ["Nine ", "metres", " [1]."]
    assert reply.text == "Nine metres [1]."


def test_a_model_without_an_answer_is_not_heard(parrot):
    parrot("NO", "_ANS", "WER", ".")
    heard, reply = generate()
    assert heard == []
    assert reply.text.startswith("NO_ANSWER")


def test_words_that_only_begin_alike_are_heard_whole(parrot):
    parrot("NO", " boats", " at all.")
    assert "".join(generate()[0]) == "NO boats at all."


def test_a_model_that_says_nothing_is_an_error(parrot):
    parrot("  ", "\n")
    with pytest.raises(ModelSilent, match="Parrot"):
        generate()


def test_half_a_stream_is_kept_with_its_problem(parrot):
    parrot("Nine met", problem="The connection broke.")
    heard, reply = generate()
    assert heard == ["Nine met"]
    assert reply.problem == "The connection broke."


def test_a_provider_that_hangs_is_left_at_once_when_the_person_stops(parrot):
    provider = parrot(hang=True)

    def stop():
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        generate(check=stop)
    assert provider.left.wait(2)
