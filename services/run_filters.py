"""Which runs a statistic counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Outcome(StrEnum):
    """How a run ended, in the words of the page."""

    ANSWERED = "answered"
    ABSTAINED = "abstained"
    FAILED = "failed"
    STOPPED = "stopped"
    UNFINISHED = "unfinished"


class Feedback(StrEnum):
    """What the person said of an answer, in the words of the page."""

    GOOD = "good"
    BAD = "bad"
    NONE = "none"


class Known(StrEnum):
    """A value that a run may lack."""

    CONFIDENCE = "confidence"
    TOKENS = "tokens"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which runs to count; an absent one lets all through.

    Args:
        since: the first moment, with time zone.
        until: the first moment after the period, with time zone.
        collection_id: runs that searched this collection.
        model: runs that the model of this name answered.
        user_id: runs of this person's questions.
        feedback: runs whose person said so of the answer.
        outcome: runs that ended so.
        confidence: finished runs in this bin, 0 to 9, of confidence.
        relevance: runs with evidence in this bin of relevance.
        document_id: runs with evidence from this document.
        cited: whether the answer must cite that document or evidence, or must not.
        known: finished runs that have this value.
        stage: finished runs that went through this step, as ``search.dense``.
        slower_than: with ``stage``, those that took at least so many milliseconds for it.
        run_id: this run only.
        zone: the IANA time zone in which days and hours are counted and times are given.

    """

    since: datetime | None = None
    until: datetime | None = None
    collection_id: str | None = None
    model: str | None = None
    user_id: str | None = None
    feedback: Feedback | None = None
    outcome: Outcome | None = None
    confidence: int | None = None
    relevance: int | None = None
    document_id: str | None = None
    cited: bool | None = None
    known: Known | None = None
    stage: str | None = None
    slower_than: float | None = None
    run_id: str | None = None
    zone: str = "UTC"

    @classmethod
    def days(cls, first: date, last: date, zone: str = "UTC") -> Filters:
        """Whole days from ``first`` to ``last``, both included, as counted in ``zone``."""
        place = ZoneInfo(zone)
        return cls(
            datetime.combine(first, time(), place),
            datetime.combine(last + timedelta(days=1), time(), place),
            zone=zone,
        )
