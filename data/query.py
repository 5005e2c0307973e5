"""Answers a request from the newest generation: scoped, cached per generation, every number with its n (查询)."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from data import drill
from data.answers import Answer, answers_of, forget_answers
from data.catalogue import Catalogue, catalogue
from data.compile import is_recent, lists_recent
from data.connection import Store
from data.figures import records_of
from data.frame import tidy
from data.freshness import holds_for
from data.generation import Snapshot
from data.question import Question, check_dimensions
from data.request import Request, Scope

__all__ = ["Answer", "fetch", "forget_answers"]


def fetch(request: Request, *, scope: Scope, store: Store, definitions: Catalogue | None = None) -> Answer:
    """Returns the answer to a request; frames are shared, do not change them.

    Raises:
        CatalogueError: no such metric; names the nearest.
        RequestError: a dimension the metric does not have.
    """
    store.refresh()
    serial = store.serial()
    return answers_of(store).get(
        (serial, scope, request, definitions),
        lambda: _fetch(request, scope, store=store, pinned=(serial, definitions)),
    )


def fetch_rows(request: Request, *, scope: Scope, store: Store, **page) -> pd.DataFrame:
    """Returns the rows behind a number; see `data.drill.fetch_rows`.

    `attrs` of the frame hold `as_of_at` and `stale_after_s`, as an Answer does.

    Args:
        request: the number asked about; `by` is ignored.
        scope: who asks.
        store: the published data.
        **page: limit=50, offset=0, order="-stop_at" (a column, `-` descending), side=None (in_time, late, excluded ...).
    """
    with store.reading() as snapshot:
        question = question_of(replace(request, by=()), scope, snapshot)
        question = replace(question, is_recent=lists_recent(question, snapshot.opened.recent_from))
        snapshot.look(is_recent=question.is_recent)
        return dated(drill.fetch_rows(question, snapshot, drill.Page(**page)), question)


def count_rows(request: Request, *, scope: Scope, store: Store, side: str | None = None) -> int:
    """Returns how many rows `fetch_rows` would give without a limit."""
    with store.reading() as snapshot:
        question = question_of(replace(request, by=()), scope, snapshot)
        return drill.count_rows(question, snapshot, side)


def fetch_incident(incident_id: str, *, scope: Scope, store: Store) -> dict | None:
    """Returns one incident with its reports, steps and clocks; None if it does not exist or is out of scope."""
    with store.reading() as snapshot:
        question = question_of(Request("incident_count"), scope, snapshot)
        return drill.fetch_incident(incident_id, question, snapshot)


def fetch_exclusions(
    request: Request, *, scope: Scope, store: Store, code: str | None = None
) -> pd.DataFrame:
    """Returns the rows left out of a number, all of them or of one exclusion code."""
    with store.reading() as snapshot:
        question = question_of(replace(request, by=()), scope, snapshot)
        return dated(drill.fetch_exclusions(question, snapshot, code), question)


def dated(frame: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Returns a frame that says in its `attrs` what instant it holds for and how old that may get."""
    frame.attrs |= {"as_of_at": question.as_of_at, "stale_after_s": question.stale_after_s}
    return frame


def question_of(
    request: Request, scope: Scope, snapshot: Snapshot, *, definitions: Catalogue | None = None
) -> Question:
    """Returns a request with all it needs to be compiled; raises as `fetch` does."""
    definitions = definitions or catalogue()
    entities = definitions.mart(definitions.metric(request.metric).model).entities
    as_of_at, stale_after_s = holds_for(request.as_of_at, snapshot, entities)
    question = Question(
        request=request,
        scope=scope,
        catalogue=definitions,
        levels=snapshot.levels,
        zone=snapshot.store.zone,
        as_of_at=as_of_at,
        stale_after_s=stale_after_s,
        shipped=snapshot.opened.shipped,
    )
    check_dimensions(question)
    return question


def _fetch(request: Request, scope: Scope, *, store: Store, pinned: tuple) -> Answer:
    serial, definitions = pinned
    with store.reading(serial) as snapshot:
        question = question_of(request, scope, snapshot, definitions=definitions)
        snapshot.look(is_recent=is_recent(question, snapshot.opened.recent_from))
        records, exclusions = _records(question, snapshot)
        frame = tidy(records, request.by)
    return Answer(
        frame=frame,
        metric=question.metric,
        as_of_at=question.as_of_at,
        generation=snapshot.generation,
        exclusions=exclusions,
        ignored=question.ignored,
        stale_after_s=question.stale_after_s,
    )


def _records(question: Question, snapshot: Snapshot) -> tuple[list[tuple], dict[str, int]]:
    if question.is_shut:  # unknown, not zero: nothing was counted
        return ([] if question.request.by else [(None, 0, None, None, None, None, "no_data")]), {}
    records, exclusions = _measured(question, snapshot)
    records = complete(records, question, snapshot)
    if question.metric.suppress_below:
        records = keep_back(records, question, snapshot, ask=_measured)
        if all(record[-1] == "suppressed" for record in records):
            exclusions = {}  # what was left out of a number nobody may know would tell of it
    return records, exclusions


def _measured(question: Question, snapshot: Snapshot) -> tuple[list[tuple], dict[str, int]]:
    is_percentile = question.metric.kind == "percentile"
    return (_lifetimes(question, snapshot), {}) if is_percentile else _aggregate(question, snapshot)


def _aggregate(question: Question, snapshot: Snapshot) -> tuple[list[tuple], dict[str, int]]:
    statement = compile_aggregate(question)
    raw = snapshot.rows(statement.sql, statement.params)
    width = len(question.request.by)
    min_n = question.catalogue.rule("reporting.min_n", local_date(question.as_of_at, question.zone))
    records = [row[:width] + _figures(question.metric, row[width:-1], min_n) for row in raw]
    ledger = raw[0][-1] if raw else None
    return records, dict(ledger or {})


def _figures(metric: Metric, figures: tuple, min_n: int) -> tuple:
    """Returns value, n, low, high, lower, upper, flag of one group."""
    value, n, spread, lower, upper = figures  # spread: the hits of a proportion, or the error a formula gives
    n = int(n or 0)
    value = None if value is None else float(value)
    if value is None and n == 0 and metric.kind == "count":
        value = 0.0  # a sum over no row; one that is null over rows stays unknown
    low = high = None
    if metric.interval == "wilson" and n > 0 and spread is not None:
        low, high = (100 * each for each in wilson(float(spread), n))
    elif metric.interval == "formula" and value is not None and spread is not None:
        low, high = value - float(spread), value + float(spread)
    elif metric.interval == "poisson":
        value = value or 0.0
        low, high = poisson(value)
    bounds = tuple(None if each is None else float(each) for each in (lower, upper))
    return value, n, low, high, *bounds, flag(metric, value, n=n, min_n=min_n)


def flag(metric: Metric, value: float | None, *, n: int, min_n: int) -> str | None:
    """Returns why a value should not be read or ranked: no_data, small_sample, or None."""
    if value is None:
        return None if metric.kind == "count" else "no_data"
    return "small_sample" if n < min_n and metric.needs_min_n and metric.kind != "count" else None


def _lifetimes(question: Question, snapshot: Snapshot) -> list[tuple]:
    statement = compile_lifetimes(question)
    columns = snapshot.arrays(statement.sql, statement.params)
    minutes, ended, censored = columns["minutes"], columns["ended"], columns["censored"]
    by = question.request.by
    min_n = question.catalogue.rule("reporting.min_n", local_date(question.as_of_at, question.zone))
    records = []
    for key, where in _groups([columns[name] for name in by], len(minutes)):
        found = percentile(minutes[where], ended[where], censored[where], share=question.metric.share)
        mark = flag(question.metric, found.value, n=found.sample_count, min_n=min_n)
        if found.value is None and found.beyond is not None:
            mark = "beyond"
        lower = found.beyond if mark == "beyond" else None
        records.append((*key, found.value, found.sample_count, found.low, found.high, lower, None, mark))
    return records


def _groups(keys: list[np.ndarray], length: int):
    """Yields (key, slice) of runs of equal keys; the statement sorted them."""
    if not keys:
        yield (), slice(0, length)
        return
    if not length:
        return
    change = np.zeros(length, dtype=bool)
    for column in keys:
        values = np.ma.filled(column.astype(object), None)
        change[1:] |= values[1:] != values[:-1]
    edges = [0, *np.flatnonzero(change).tolist(), length]
    for start, stop in pairwise(edges):
        yield tuple(_plain(column[start]) for column in keys), slice(start, stop)


def _plain(value):
    if value is np.ma.masked:
        return None
    if isinstance(value, np.datetime64):
        return value.astype("datetime64[D]").item()
    return value.item() if isinstance(value, np.generic) else value
