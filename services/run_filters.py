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


@dataclass(frozen=True, slots=True)
class Filters:
    """Which runs to count; an absent one lets all through.

    Args:
        since: the first moment, with time zone.
        until: the first moment after the period, with time zone.
        collection_id: runs that searched this collection.
        outcome: runs that ended so.
        confidence: runs in this bin, 0 to 9, of confidence.
        relevance: runs with evidence in this bin of relevance.
        cited: with ``relevance``, whether the answer must cite that evidence, or must not.
        zone: the IANA time zone in which days and hours are counted and times are given.

    """

    since: datetime | None = None
    until: datetime | None = None
    collection_id: str | None = None
    outcome: Outcome | None = None
    confidence: int | None = None
    relevance: int | None = None
    cited: bool | None = None
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
