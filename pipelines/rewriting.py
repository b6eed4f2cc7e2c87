"""Making follow-up questions stand alone, so that a search without the conversation finds what is meant."""

from __future__ import annotations

import re
from typing import Any

from haystack import component, default_from_dict, default_to_dict

from domain.config import AnswerConfig, Turn
from domain.errors import ModelSilent
from domain.models import ChatMessage, ChatRequest, ModelConfig
from domain.stream import Stream
from pipelines.features import content_terms
from pipelines.generation import ask
from pipelines.prompts import history_messages

INSTRUCTIONS = """\
Rewrite the last question of a conversation so that it can be understood without the conversation: replace \
pronouns and references by what they stand for, keep its language, add nothing else. If it stands alone \
already, repeat it unchanged. Reply with the question only, in one line."""

_MAX_TOKENS = 120
_LONGEST = 400
_REFERENCES = re.compile(
    r"^(?:and|but|so|then|also|et)\b|^(?:what|how) about\b|^why(?: not)?\s*\??$"
    r"|\b(?:it|its|they|them|their|he|his|him|she|her|hers|this|these|those|that one|the same|the latter)\b"
    r"|\b(?:celui-ci|celle-ci|cela|ceux-ci|il|elle|ils|elles|leur|leurs)\b",
    re.IGNORECASE,
)
_ENOUGH_TERMS = 5


def refers_back(question: str) -> bool:
    """Whether a question's words point at something said before it, and say little by themselves."""
    if len(set(content_terms(question))) >= _ENOUGH_TERMS:
        return False
    return _REFERENCES.search(question.strip()) is not None


def joined(question: str, history: tuple[Turn, ...]) -> str:
    """A question that refers back, with the question before it; unchanged when it stands alone."""
    if not history or not refers_back(question):
        return question
    before = history[-1].question.strip().rstrip("?.! ")
    return f"{question} ({before})"


@component
class FollowUpJoiner:
    """Makes a follow-up stand alone without a language model: by its words, and the question before it.

    Example::

        FollowUpJoiner().run(question="And why?", answering=AnswerConfig(history=(turn,)))["question"]
    """

    def to_dict(self) -> dict[str, Any]:
        """The configuration: none."""
        return default_to_dict(self)

    @component.output_types(question=str)
    def run(self, question: str, answering: AnswerConfig) -> dict[str, str]:
        """Give ``question`` as it is to be searched."""
        return {"question": joined(question, answering.history)}


@component
class QuestionRewriter:
    """Asks a language model to make a follow-up stand alone.

    Example::

        QuestionRewriter().run(question="And why?", model=model, answering=AnswerConfig(history=(turn,)))
    """

    def __init__(self, instructions: str = INSTRUCTIONS) -> None:
        """Tell the model ``instructions``."""
        self.instructions = instructions

    def to_dict(self) -> dict[str, Any]:
        """The configuration."""
        return default_to_dict(self, instructions=self.instructions)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> QuestionRewriter:
        """Rebuild from ``to_dict``."""
        rewriter: QuestionRewriter = default_from_dict(cls, data)
        return rewriter

    @component.output_types(question=str)
    def run(
        self, question: str, model: ModelConfig, answering: AnswerConfig, stream: Stream | None = None
    ) -> dict[str, str]:
        """Rewrite ``question``.

        Returns:
            ``question``: as it is to be searched; the given one when the model's reply is not usable.

        Raises:
            ModelUnavailable: the model cannot be asked.
            Cancelled: ``stream`` said so.

        """
        messages = (
            ChatMessage("system", self.instructions),
            *history_messages(answering.history),
            ChatMessage("user", f"Last question: {question}\nRewritten question:"),
        )
        listener = stream or Stream()
        try:
            reply = ask(model, ChatRequest(messages, 0.0, _MAX_TOKENS), lambda _: None, listener)
        except ModelSilent:
            return {"question": question}
        return {"question": _usable(reply.text, question)}


def _usable(text: str, question: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    line = (
        re.sub(r"^(?:rewritten|last)? ?question:\s*", "", line, flags=re.IGNORECASE).strip().strip("\"“”«»'")
    )
    return line if 3 <= len(line) <= _LONGEST else question
