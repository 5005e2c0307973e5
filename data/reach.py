"""How far back a question must look for its rows (回看): the last days in memory, some months, or all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from data.compile import choose_rollup
from data.drill import INCIDENT_COLUMNS, Page, default_order, own_columns
from data.months import ALL, Reach
from data.question import Question


def aggregate_reach(question: Question, recent_from: datetime) -> Question:
    """Returns the question of a number with what it must look at."""
    with_rollup = choose_rollup(question) is not None and question.span.end_date is not None
    return _reaching(question, question.reads_since(with_rollup=with_rollup), recent_from)


def list_reach(question: Question, recent_from: datetime) -> Question:
    """Returns the question of a list of rows with what it must look at; one of reports may name older incidents."""
    is_of_reports = "report_count" in question.metric.names
    return _reaching(
        question, None if is_of_reports else question.reads_since(with_rollup=False), recent_from
    )


def newest_only(question: Question, page: Page, *, recent_from: datetime) -> Question | None:
    """Returns the question of the newest rows of a list that shows them first, of the last days only; None: it does not."""
    mart, filters = question.mart, question.request.filters
    if mart.at is None or mart.key or question.reach == ALL or question.is_recent:
        return None
    own = own_columns(question)
    order = page.order or default_order([*own, *INCIDENT_COLUMNS])
    if own.get(order.removeprefix("-")) != mart.at or not order.startswith("-") or not page.limit:
        return None
    newest = replace(
        question.request, filters=filters.during(recent_from + question.longest_limit, filters.until_at)
    )
    return replace(question, request=newest, params={}, is_recent=True)


def _reaching(question: Question, since_at: datetime | None, recent_from: datetime) -> Question:
    if since_at is None:
        return question
    reach = Reach(since_at, with_open=question.mart.at is None)
    return replace(question, is_recent=since_at >= recent_from, reach=reach)
