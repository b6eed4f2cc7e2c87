"""What was searched, in words."""

from __future__ import annotations

from components import writing
from components.escaping import label
from components.texts_pages import Chat, counted
from domain.events import Searched


def searched_words(searched: Searched) -> str:
    """What was searched and what came of it, in one line."""
    return Chat.SEARCHED.format(
        files=counted(searched.documents, "file"),
        candidates=counted(searched.candidates, "candidate"),
        passages=counted(searched.passages, "passage"),
        ms=writing.number(round(searched.milliseconds)),
    )


def strip_words(searched: Searched | None, question_used: str | None, question: str) -> str:
    """The same for a place that reads Markdown, with the question as it was searched where it differs."""
    words = [] if searched is None else [searched_words(searched)]
    if question_used and question_used != question:
        words.insert(0, label(Chat.SEARCHED_AS.format(question=question_used)))
    return " · ".join(words)
