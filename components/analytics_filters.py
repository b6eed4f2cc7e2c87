"""The filters of Analytics and its sections: which runs are counted, and which statistics are shown.

Their values stand in the address too, so that a view can be shared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from components import address, charts
from components.texts_analytics import Analytics
from services.run_filters import Feedback, Filters

_CHOICES = ("searched", "answered_by", "asked_by", "rated")
_STYLE = """
<style>
.st-key-statistics_filters > * {flex: 0 1 auto;}
.st-key-statistics_filters > [data-testid="stElementContainer"]:has([data-testid="stSelectbox"]) {
  flex: 1 1 130px !important; min-width: 130px; max-width: 220px;
}
@media (max-width: 640px) {
  .st-key-address_view button {padding: 0 .55rem;}
  .st-key-address_view button p {font-size: .85rem;}
}
</style>
"""


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen: collections and people by id, and models."""

    collections: dict[str, str]
    models: list[str]
    people: dict[str, str]


def zone() -> str:
    """The time zone of the person's browser; UTC when it names none that is known here."""
    try:
        return ZoneInfo(st.context.timezone or "UTC").key
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"


def filters_row(choices: Choices) -> Filters:
    """The filters as widgets."""
    st.html(_STYLE)
    with st.container(horizontal=True, key="statistics_filters"):
        period = address.choice(
            "period",
            partial(st.segmented_control, required=True),
            Analytics.PERIOD,
            Analytics.PERIODS,
            default="30",
            on_change=charts.forget,
        )
        dates = _dates() if period == "dates" else ()
        models = dict(zip(choices.models, choices.models, strict=True))
        ratings = {value: Analytics.RATINGS[value] for value in Feedback}
        collection = _choice(Analytics.COLLECTION, Analytics.ALL_COLLECTIONS, choices.collections, "searched")
        model = _choice(Analytics.MODEL, Analytics.ALL_MODELS, models, "answered_by")
        person = _choice(Analytics.PERSON, Analytics.ALL_PEOPLE, choices.people, "asked_by")
        rated = _choice(Analytics.RATING, Analytics.ALL_RATINGS, ratings, "rated")
    return replace(
        _period(period, dates),
        collection_id=collection,
        model=model,
        user_id=person,
        feedback=Feedback(rated) if rated else None,
    )


def section() -> str:
    """The section that is shown, by its key."""
    draw = partial(st.segmented_control, required=True, label_visibility="collapsed")
    return address.choice("view", draw, Analytics.SECTION, Analytics.SECTIONS, on_change=charts.forget)


def show_all() -> None:
    """Take all filters away. Use it in a callback."""
    address.keep("period", "all")
    for name in _CHOICES:
        address.keep(name, "")
    charts.forget()


def _choice(title: str, everything: str, names: dict[str, str], name: str) -> str | None:
    options = {"": everything, **names}
    return address.choice(name, st.selectbox, title, options, on_change=charts.forget) or None


def _dates() -> tuple[date, ...]:
    today = datetime.now(ZoneInfo(zone())).date()
    chosen = st.date_input(
        Analytics.DATES,
        (today - timedelta(days=6), today),
        max_value=today,
        key="dates",
        bind="query-params",
        on_change=charts.forget,
        width=230,
    )
    return tuple(chosen) if isinstance(chosen, tuple) else (chosen,)


def _period(period: str | None, dates: tuple[date, ...]) -> Filters:
    place = zone()
    present = datetime.now(ZoneInfo(place))
    if period == "1":
        return Filters(since=present - timedelta(days=1), zone=place)
    if period in ("7", "30"):
        return Filters.days(present.date() - timedelta(days=int(period) - 1), present.date(), place)
    if dates:
        # While the person has picked only the first day of two, it stands for itself.
        return Filters.days(dates[0], dates[-1], place)
    return Filters(zone=place)
