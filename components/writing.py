"""Numbers, dates and times as the language of the session writes them.

For texts only: what is downloaded keeps the notation of programs.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from components.texts import Calendar
from components.translation import ENGLISH, language, nouns

_NARROW = "\u202f"
_FIXED = "\xa0"


def number(value: int) -> str:
    """A whole number in groups of three digits: ``1,200``."""
    text = f"{value:,}"
    return text if language() == ENGLISH else text.replace(",", _NARROW)


def decimal(value: float, digits: int = 2) -> str:
    """A number with ``digits`` after its point: ``0.84``."""
    text = f"{value:,.{digits}f}"
    if language() == ENGLISH:
        return text
    return text.replace(",", _NARROW).replace(".", ",")


def percent(share: float) -> str:
    """A share of 1: ``84%``."""
    text = f"{share * 100:.0f}"
    return f"{text}%" if language() == ENGLISH else f"{text}{_FIXED}%"


def counted(amount: int, one: str, many: str | None = None) -> str:
    """A number with its noun: ``1 file``, ``1,200 files``. The noun is given in English."""
    spoken = language()
    if one not in nouns(spoken):
        return f"{number(amount)} {one if amount == 1 else many or one + 's'}"
    singular, plural = nouns(spoken)[one]
    return f"{number(amount)} {singular if amount < 2 else plural}"


def duration(ms: float) -> str:
    """A time in words: ``0.4 ms``, ``84 ms``, ``2.1 s``."""
    if ms < 10:
        return f"{decimal(ms, 1)}{_gap()}ms"
    return f"{ms:.0f}{_gap()}ms" if ms < 1000 else f"{decimal(ms / 1000, 1)}{_gap()}s"


def size(amount: int, digits: int = 1) -> str:
    """A number of bytes as people read it: ``84 kB``, ``2.1 MB``; megabytes with ``digits``."""
    if amount < 1000:
        return counted(amount, "byte")
    units = Calendar.BYTES
    if amount < 1_000_000:
        return f"{decimal(amount / 1000, 0)}{_gap()}{units[0]}"
    if amount < 1_000_000_000:
        return f"{decimal(amount / 1_000_000, digits)}{_gap()}{units[1]}"
    return f"{decimal(amount / 1_000_000_000, 1)}{_gap()}{units[2]}"


def day(moment: date) -> str:
    """A date: ``3 May 2026``."""
    return Calendar.DAY.format(
        day=_ordinal(moment.day), month=Calendar.MONTHS[moment.month - 1], year=moment.year
    )


def short_day(moment: date) -> str:
    """A date with its weekday, shortened: ``Tue 10 Mar 2026``."""
    return Calendar.SHORT_DAY.format(
        weekday=Calendar.SHORT_WEEKDAYS[moment.weekday()],
        day=_ordinal(moment.day),
        month=Calendar.SHORT_MONTHS[moment.month - 1],
        year=moment.year,
    )


def clock(moment: datetime) -> str:
    """The time of a day: ``10:42``."""
    return f"{moment:%H:%M}"


def short_hour(moment: datetime) -> str:
    """An hour of a day, shortened: ``10 Mar, 14:00``."""
    month = Calendar.SHORT_MONTHS[moment.month - 1]
    return Calendar.SHORT_HOUR.format(day=_ordinal(moment.day), month=month, hour=f"{moment:%H}")


def short_day_and_time(moment: datetime) -> str:
    """A date with weekday and time, shortened: ``Tue 10 Mar 2026, 10:42``."""
    return Calendar.AT.format(day=short_day(moment), time=clock(moment))


def when(moment: datetime, today: date) -> str:
    """A moment as people say it: ``today 10:42``, ``yesterday 10:42``, ``Monday``, ``3 May 2026``."""
    its_day = moment.date()
    if its_day == today:
        return Calendar.TODAY.format(time=clock(moment))
    if its_day == today - timedelta(days=1):
        return Calendar.YESTERDAY.format(time=clock(moment))
    if today - timedelta(days=7) < its_day < today:
        return Calendar.WEEKDAYS[its_day.weekday()]
    return day(its_day)


def listed(words: list[str]) -> str:
    """Words as a list: ``a``, ``a and b``, ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {Calendar.AND} {words[-1]}"


def _gap() -> str:
    return " " if language() == ENGLISH else _FIXED


def _ordinal(number_of_day: int) -> str:
    return Calendar.FIRST if number_of_day == 1 else str(number_of_day)
