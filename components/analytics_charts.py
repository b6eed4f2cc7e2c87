"""What Analytics plots of scores, models, steps and documents; each title says what its chart shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components import charts, writing
from components.charts import Chart, Look, Pick, finish, finish_lying, shortened
from components.escaping import markup
from components.texts_analytics import Analytics, Charts
from components.texts_pages import counted
from components.writing import decimal, duration, percent
from services.analytics_scores import Distribution, Pairs
from services.analytics_sql import BINS
from services.run_filters import Filters, Known, Outcome

MOST_RETRIEVED = 12
_HALF_BIN = 0.5 / BINS


def confidence(found: Distribution, filters: Filters) -> Chart:
    """How often each tenth of confidence occurs, answered and abstained runs stacked."""
    text = Charts.CONFIDENCE if found.total > 1 else Charts.CONFIDENCE_ONE
    title = Charts.CONFIDENCE_NONE if found.median is None else text.format(median=decimal(found.median))
    note = _left_out(Charts.CONFIDENCE_WITHOUT, found.total, found.without)
    chart = Chart("confidence", title, Charts.CONFIDENCE_HELP, found.frame, note=note)
    names, axis = Analytics.OUTCOMES, (Charts.CONFIDENCE_AXIS, Charts.RUNS_AXIS, "run")

    def only(number: int, group: str | None) -> dict[str, Any]:
        return {"confidence": number} | ({} if group is None else {"outcome": Outcome(group)})

    return _histogram(chart, found, filters, charts.OUTCOMES, names, axis, only)


def relevance(found: Distribution, filters: Filters) -> Chart:
    """How often each tenth of relevance occurs, cited and other passages stacked."""
    note = _left_out(Charts.RELEVANCE_WITHOUT, found.total, found.without)
    chart = Chart("relevance", _relevance_title(found), Charts.RELEVANCE_HELP, found.frame, note=note)
    names, axis = Charts.CITATION, (Charts.RELEVANCE_AXIS, Charts.PASSAGES_AXIS, "passage")

    def only(number: int, group: str | None) -> dict[str, Any]:
        return {"relevance": number} | ({} if group is None else {"cited": group == "cited"})

    return _histogram(chart, found, filters, charts.CITATION, names, axis, only)


def similarity_and_keyword(found: Pairs, filters: Filters) -> Chart:
    """Each cited passage by its similarity and keyword score, coloured by thirds of relevance."""
    frame = found.frame
    chart = Chart("similarity_keyword", Charts.PAIRS_NONE, Charts.PAIRS_HELP, frame)
    if found.median_similarity is None or found.median_keyword is None:
        return chart
    similarity, keyword = decimal(found.median_similarity), decimal(found.median_keyword)
    chart.title = Charts.PAIRS.format(similarity=similarity, keyword=keyword)
    chart.note = _left_out(Charts.PAIRS_WITHOUT, found.total, found.without)
    if len(frame) < found.total:
        chart.note = Charts.PAIRS_SAMPLED.format(
            shown=writing.number(len(frame)), total=writing.number(found.total)
        )
    pages = [_page(name, page) for name, page in zip(frame["document"], frame["page"], strict=True)]
    chart.rows = [
        Pick(words, replace(filters, run_id=id_)) for words, id_ in zip(pages, frame["run_id"], strict=True)
    ]
    third = pd.cut(frame["relevance"], [-1, 1 / 3, 2 / 3, 2], right=False, labels=["low", "middle", "high"])
    groups = third.astype(object).where(third.notna(), "none")
    for name, look in charts.RELEVANCE.items():
        places = [place for place, group in enumerate(groups) if group == name]
        if places:
            part = frame.iloc[places]
            scores = part[["similarity", "keyword", "relevance"]].itertuples(index=False)
            hover = [_pair(pages[place], *row) for place, row in zip(places, scores, strict=True)]
            picks = [chart.rows[place] for place in places]
            x, y = part["similarity"], part["keyword"]
            chart.points(look, Charts.THIRDS[name], picks, hover, x=x, y=y, mode="markers")
    figure = finish(chart.figure or go.Figure(), height=380)
    figure.update_xaxes(title_text=Charts.SIMILARITY_AXIS, range=[-0.03, 1.03], dtick=0.2, tickformat=".1f")
    figure.update_yaxes(title_text=Charts.KEYWORD_AXIS, range=[-0.05, 1.05], dtick=0.2, tickformat=".1f")
    return chart


def outcomes_by_model(frame: pd.DataFrame, filters: Filters) -> Chart:
    """How the runs of each model ended, as shares that make up a hundred."""
    shares = frame[list(charts.OUTCOMES)].div(frame["runs"], axis=0)
    best = frame.loc[shares[Outcome.ANSWERED].idxmax()]
    text = Charts.MODELS if len(frame) > 1 else Charts.MODELS_ONE
    title = text.format(
        model=shortened(best["model"], 40),
        share=percent(best[Outcome.ANSWERED] / best["runs"]),
        total=counted(int(best["runs"]), "question"),
    )
    chart = Chart("models", title, Charts.MODELS_HELP, frame)
    chart.rows = [Pick(model, replace(filters, model=model)) for model in frame["model"]]
    for name, look in charts.OUTCOMES.items():
        if frame[name].any():
            said = Analytics.OUTCOMES[name]
            picks = [
                Pick(f"{said}, {model}", replace(filters, model=model, outcome=Outcome(name)))
                for model in frame["model"]
            ]
            rows = zip(frame["model"], shares[name], frame[name], strict=True)
            hover = [
                Charts.SHARE.format(
                    name=markup(model),
                    share=percent(part),
                    group=said.lower(),
                    number=writing.number(number),
                )
                for model, part, number in rows
            ]
            chart.bars(look, said, picks, hover, x=shares[name] * 100, y=frame.index)
    figure = finish_lying(chart.figure or go.Figure(), list(frame["model"]), Charts.SHARE_AXIS)
    figure.update_xaxes(range=[0, 102], tickvals=[0, 25, 50, 75, 100])
    return chart


def tokens_by_model(frame: pd.DataFrame, filters: Filters) -> Chart:
    """Tokens that each model read and wrote."""
    chart = Chart("tokens", Charts.TOKENS_NONE, Charts.TOKENS_HELP, frame)
    if frame.empty:
        return chart
    total, answers = int(frame[["prompt", "answer"]].to_numpy().sum()), int(frame["runs"].sum())
    chart.title = Charts.TOKENS.format(total=counted(total, "token"), answers=counted(answers, "answer"))
    models = frame["model"]
    chart.rows = [Pick(model, replace(filters, model=model, known=Known.TOKENS)) for model in models]
    for name, look in charts.TOKENS.items():
        said = Charts.TOKEN_KINDS[name]
        hover = [
            Charts.AMOUNT.format(name=markup(model), number=counted(int(number), "token"), group=said.lower())
            for model, number in zip(models, frame[name], strict=True)
        ]
        chart.bars(look, said, chart.rows, hover, x=frame[name], y=frame.index)
    finish_lying(chart.figure or go.Figure(), list(models), Charts.TOKENS_AXIS).update_xaxes(tickformat="~s")
    return chart


def latency(frame: pd.DataFrame, filters: Filters) -> Chart:
    """What each step takes: half of the runs no longer than p50, nineteen of twenty no longer than p95."""
    chart = Chart("latency", Charts.LATENCY_NONE, Charts.LATENCY_HELP, frame)
    if frame.empty:
        return chart
    steps = frame[~frame["stage"].isin(charts.WHOLE_STAGES)]
    longest = (steps if len(steps) else frame).nlargest(1, "p50").iloc[0]
    names = [stage_name(stage) for stage in frame["stage"]]
    chart.title = Charts.LATENCY.format(
        stage=stage_name(longest["stage"]), p50=duration(longest["p50"]), p95=duration(longest["p95"])
    )
    chart.rows = [
        Pick(name, replace(filters, stage=stage)) for name, stage in zip(names, frame["stage"], strict=True)
    ]
    for column, look in charts.PERCENTILES.items():
        said = Charts.PERCENTILES[column]
        rows = list(zip(names, frame["stage"], frame[column], strict=True))
        hover = [f"{markup(name)}, {said}: {duration(ms)}" for name, _, ms in rows]
        picks = [
            Pick(
                Charts.SLOWER.format(stage=name, ms=duration(ms)),
                replace(filters, stage=stage, slower_than=float(ms)),
            )
            for name, stage, ms in rows
        ]
        chart.bars(look, said, picks, hover, x=frame[column], y=frame.index)
    finish_lying(chart.figure or go.Figure(), names, Charts.TIMINGS_AXIS, barmode="group", bargap=0.25)
    return chart


def documents_retrieved(frame: pd.DataFrame, runs: int, filters: Filters) -> Chart:
    """The documents that are evidence most often, of ``runs`` runs; in how many of them they are cited."""
    chart = Chart("documents", Charts.DOCUMENTS_NONE, Charts.DOCUMENTS_HELP, frame)
    if frame.empty:
        return chart
    names = [_document(name) for name in frame["document"]]
    chart.title = Charts.DOCUMENTS.format(
        name=shortened(names[0], 40),
        number=writing.number(frame["evidence"].iloc[0]),
        total=counted(runs, "question"),
    )
    chart.rows = [
        Pick(name, replace(filters, document_id=id_))
        for name, id_ in zip(names, frame["document_id"], strict=True)
    ]
    if len(frame) > MOST_RETRIEVED:
        chart.note = Charts.DOCUMENTS_MORE.format(
            shown=MOST_RETRIEVED, number=counted(len(frame), "document")
        )
    top = frame.head(MOST_RETRIEVED)
    for group, look in charts.CITATION.items():
        said = Charts.CITATION[group]
        numbers = top["cited"] if group == "cited" else top["evidence"] - top["cited"]
        picks = [
            Pick(f"{pick.words}: {said.lower()}", replace(pick.filters, cited=group == "cited"))
            for pick in chart.rows[:MOST_RETRIEVED]
        ]
        hover = [
            Charts.AMOUNT.format(
                name=markup(name), number=counted(int(number), "question"), group=said.lower()
            )
            for name, number in zip(names, numbers, strict=False)
        ]
        chart.bars(look, said, picks, hover, x=numbers, y=top.index)
    figure = finish_lying(
        chart.figure or go.Figure(),
        names[:MOST_RETRIEVED],
        Charts.QUESTIONS_AXIS,
    )
    charts.whole_numbers(figure, "xaxis", int(top["evidence"].max()))
    return chart


def timings(frame: pd.DataFrame) -> go.Figure:
    """What each step of one run took, in ms, in the order of ``frame`` (``stage``, ``ms``)."""
    steps = list(zip(frame["stage"], frame["ms"], strict=True))
    hover = [f"{markup(stage)}: {duration(ms)}" for stage, ms in steps]
    chart = Chart("timings", "", "", frame)
    chart.bars(Look(0), "", (), hover, x=frame["ms"], y=frame.index)
    names = [stage for stage, _ in steps]
    height = charts.BAR_HEIGHT * len(frame) + 60
    return finish_lying(
        chart.figure or go.Figure(), names, Charts.TIMINGS_AXIS, showlegend=False, height=height
    )


def stage_name(stage: str) -> str:
    """A step in words; one that is not known here as it is called."""
    return str(Charts.STAGES.get(stage, stage))


def _document(name: object) -> str:
    return name if isinstance(name, str) else Charts.DELETED


def _page(name: object, page: int) -> str:
    return Charts.PAGE.format(document=_document(name), page=page)


def _pair(words: str, similarity: float, keyword: float, relevance: float) -> str:
    known = Charts.NOT_AVAILABLE if pd.isna(relevance) else decimal(relevance)
    scores = Charts.POINT.format(similarity=decimal(similarity), keyword=decimal(keyword), relevance=known)
    return f"{markup(words)}<br>{scores}"


def _relevance_title(found: Distribution) -> str:
    cited, other = found.medians["cited"], found.medians["not cited"]
    if found.median is None:
        return Charts.RELEVANCE_NONE
    if cited is None or other is None:
        return Charts.RELEVANCE_ALL.format(median=decimal(found.median))
    return Charts.RELEVANCE.format(cited=decimal(cited), other=decimal(other))


def _left_out(text: str, total: int, without: int) -> str:
    return (
        text.format(number=writing.number(without), total=writing.number(total + without)) if without else ""
    )


def _histogram(
    chart: Chart,
    found: Distribution,
    filters: Filters,
    looks: dict[str, Look],
    names: dict[str, str],
    axis: tuple[str, str, str],
    only: Any,
) -> Chart:
    """Bars for each tenth of a score; ``axis`` names the score, what is counted, and one of it."""
    score, axis_title, noun = axis
    frame, groups = found.frame, [str(column) for column in found.frame.columns[2:]]
    bounds = [
        (decimal(low, 1), decimal(high, 1)) for low, high in zip(frame["from"], frame["to"], strict=True)
    ]
    spans = [Charts.SPAN.format(score=score.capitalize(), low=low, high=high) for low, high in bounds]
    chart.rows = [Pick(span, replace(filters, **only(number, None))) for number, span in enumerate(spans)]
    if not found.total:
        return chart
    for group in groups:
        said = names[group]
        picks = [
            Pick(f"{said}, {span[0].lower()}{span[1:]}", replace(filters, **only(number, group)))
            for number, span in enumerate(spans)
        ]
        hover = [
            Charts.BIN.format(
                number=counted(int(number), noun), score=score, low=low, high=high, group=said.lower()
            )
            for (low, high), number in zip(bounds, frame[group], strict=True)
        ]
        x = frame["from"] + _HALF_BIN
        chart.bars(looks[group], said, picks, hover, x=x, y=frame[group], width=0.94 / BINS)
    figure = finish(chart.figure or go.Figure())
    figure.update_xaxes(
        title_text=f"{score} {Charts.RANGE}", range=[0, 1], dtick=0.2, tickformat=".1f", showgrid=False
    )
    figure.update_yaxes(title_text=axis_title)
    charts.whole_numbers(figure, "yaxis", int(frame[groups].sum(axis=1).max()))
    return chart
