"""What Analytics plots over time: a chart for each statistic, with the title that says what it shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import plotly.graph_objects as go

from components import charts, writing
from components.charts import Chart, Look, Pick, finish, moment
from components.texts import Calendar
from components.texts_analytics import Analytics, Charts
from components.texts_pages import counted
from components.writing import decimal
from services.analytics_time import Timeline, bucket
from services.run_filters import Feedback, Filters, Known, Outcome


def runs_over_time(found: Timeline, filters: Filters) -> Chart:
    """Runs for each day or hour, stacked by outcome; outcomes that never occur are left out."""
    answered, total = found.frame[Outcome.ANSWERED].sum(), found.frame.drop(columns="time").to_numpy().sum()
    title = Charts.TIME.format(answered=writing.number(answered), total=counted(int(total), "question"))
    chart = Chart("time", title, _help(Charts.TIME_HELP, found), found.frame)
    _counts(
        chart, found, filters, charts.OUTCOMES, Analytics.OUTCOMES, lambda name: {"outcome": Outcome(name)}
    )
    _over_time(chart, found, Charts.QUESTIONS_AXIS)
    return chart


def feedback_over_time(found: Timeline, filters: Filters) -> Chart:
    """Thumbs for each day or hour in which the answers were asked for."""
    good, bad = int(found.frame["good"].sum()), int(found.frame["bad"].sum())
    title = Charts.FEEDBACK.format(good=writing.number(good), total=counted(good + bad, "rated answer"))
    chart = Chart(
        "feedback", title if good + bad else Charts.FEEDBACK_NONE, Charts.FEEDBACK_HELP, found.frame
    )
    if good + bad:
        names = Analytics.RATINGS
        _counts(chart, found, filters, charts.FEEDBACK, names, lambda name: {"feedback": Feedback(name)})
        _over_time(chart, found, Charts.ANSWERS_AXIS)
    return chart


def confidence_over_time(found: Timeline, filters: Filters) -> Chart:
    """Median and middle half of the confidence for each day or hour."""
    chart = Chart("confidence_time", "", _help(Charts.CONFIDENCE_TIME_HELP, found), found.frame)
    titles = (Charts.CONFIDENCE_TIME, Charts.CONFIDENCE_TIME_ONE, Charts.CONFIDENCE_NONE)
    only = {"known": Known.CONFIDENCE}
    return _spread(chart, found, filters, (Charts.CONFIDENCE_AXIS, "run"), titles, only)


def relevance_over_time(found: Timeline, filters: Filters) -> Chart:
    """Median and middle half of the cited passages' relevance for each day or hour."""
    chart = Chart("relevance_time", "", _help(Charts.RELEVANCE_TIME_HELP, found), found.frame)
    titles = (Charts.RELEVANCE_TIME, Charts.RELEVANCE_TIME_ONE, Charts.CITED_RELEVANCE_NONE)
    axis = (Charts.RELEVANCE_AXIS, "cited passage")
    return _spread(chart, found, filters, axis, titles, {"cited": True})


def _help(text: str, found: Timeline) -> str:
    return text.format(unit=Charts.UNITS[found.unit])


def _counts(
    chart: Chart,
    found: Timeline,
    filters: Filters,
    looks: dict[str, Look],
    names: dict[str, str],
    only: Any,
) -> None:
    """Bars of counts over time, a group for each of ``looks`` that occurs; ``only`` gives its filter."""
    buckets = _bucket_picks(found, filters)
    chart.rows = buckets
    for group, look in looks.items():
        if not found.frame[group].any():
            continue
        said = names[group]
        picks = [Pick(f"{said}, {pick.words}", replace(pick.filters, **only(group))) for pick in buckets]
        hover = [
            Charts.BUCKET.format(when=pick.words, number=writing.number(number), group=said.lower())
            for pick, number in zip(buckets, found.frame[group], strict=True)
        ]
        chart.bars(look, said, picks, hover, x=found.frame["time"], y=found.frame[group])
    groups = [group for group in looks if group in found.frame]
    if chart.figure is not None:
        charts.whole_numbers(chart.figure, "yaxis", int(found.frame[groups].sum(axis=1).max()))


def _bucket_picks(found: Timeline, filters: Filters) -> list[Pick]:
    starts = [start.to_pydatetime() for start in found.frame["time"]]
    return [Pick(moment(start, found.unit), bucket(filters, start, found.unit)) for start in starts]


def _over_time(chart: Chart, found: Timeline, axis: str) -> None:
    """The axes of a chart over time."""
    figure = finish(chart.figure or go.Figure())
    figure.update_xaxes(
        title_text=Charts.UNITS[found.unit],
        tickformat=Calendar.TICKS[found.unit],
        nticks=5,
        showgrid=False,
    )
    figure.update_yaxes(title_text=axis)
    if len(found.frame) < 5:
        # Few bars would be ticked between them, and a single one drawn a millisecond wide.
        width = 3_600_000 if found.unit == "hour" else 86_400_000
        figure.update_xaxes(tickvals=found.frame["time"])
        figure.update_traces(width=0.8 * width, selector={"type": "bar"})


def _spread(
    chart: Chart,
    found: Timeline,
    filters: Filters,
    axis: tuple[str, str],
    titles: tuple[str, str, str],
    only: dict[str, Any],
) -> Chart:
    """The median as a line with points, the middle half of the values as a bar behind each.

    ``axis`` names the score and one thing that has it; ``titles`` are for many values, for one and for none.
    """
    frame, (score, noun), (many, one, none) = found.frame, axis, titles
    there = frame.dropna(subset="median")
    if there.empty:
        chart.title = none
        return chart
    first, last = there["median"].iloc[0], there["median"].iloc[-1]
    chart.title = (many if len(there) > 1 else one).format(first=decimal(first), last=decimal(last))
    picks = [
        Pick(f"{score.capitalize()}, {pick.words}", replace(pick.filters, **only))
        for pick in _bucket_picks(found, filters)
    ]
    chart.rows = picks
    values = zip(picks, frame["count"], frame["median"], frame["lower"], frame["upper"], strict=True)
    hover = [
        Charts.SPREAD_POINT.format(
            what=pick.words,
            median=decimal(median),
            lower=decimal(lower),
            upper=decimal(upper),
            number=counted(int(count), noun),
        )
        for pick, count, median, lower, upper in values
    ]
    x, height = frame["time"], frame["upper"] - frame["lower"]
    band = {"x": x, "base": frame["lower"], "y": height, "opacity": 0.3}
    chart.bars(charts.SPREAD, Charts.MIDDLE_HALF, picks, hover, **band)
    line = {"x": x, "y": frame["median"], "mode": "lines+markers", "connectgaps": False}
    chart.points(
        charts.SPREAD, Charts.MEDIAN, picks, hover, **line, line={"color": charts.colour(charts.SPREAD)}
    )
    _over_time(chart, found, f"{score} {Charts.RANGE}")
    if chart.figure is not None:
        chart.figure.update_yaxes(range=[-0.04, 1.04], dtick=0.2, tickformat=".1f")
    return chart
