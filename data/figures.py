"""From what a statement gave to what is told (读数): intervals, flags, groups too small to tell, empty groups filled in."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from data.compile import compile_aggregate, compile_lifetimes
from data.definitions import Metric
from data.frame import complete
from data.generation import Snapshot
from data.interval import poisson, wilson
from data.period import local_date
from data.privacy import keep_back
from data.question import Question
from data.survival import percentile

Records = list[tuple]


def records_of(question: Question, snapshot: Snapshot) -> tuple[Records, dict[str, int]]:
    """Returns the groups of a question's answer as they are told, and its exclusion ledger."""
    if question.is_shut:  # unknown, not zero: nothing was counted
        mark = question.unknown_code or "no_data"
        return ([] if question.request.by else [(None, 0, None, None, None, None, mark)]), {}
    records, exclusions = _measured(question, snapshot)
    return _told(records, exclusions, question=question, snapshot=snapshot)


def told_records(raw: Records, question: Question, snapshot: Snapshot) -> tuple[Records, dict[str, int]]:
    """Returns the groups as they are told, and the ledger, of rows as `compile_aggregate` gives them."""
    records, ledger = _figured(raw, question)
    return _told(records, ledger, question=question, snapshot=snapshot)


def _told(
    records: Records, exclusions: dict[str, int], *, question: Question, snapshot: Snapshot
) -> tuple[Records, dict[str, int]]:
    records = complete(records, question, snapshot)
    if question.metric.suppress_below:
        records = keep_back(records, question, snapshot, ask=_measured)
        if all(record[-1] == "suppressed" for record in records):
            exclusions = {}  # what was left out of a number nobody may know would tell of it
    return records, exclusions


def _measured(question: Question, snapshot: Snapshot) -> tuple[Records, dict[str, int]]:
    if question.metric.kind == "percentile":
        return _percentiles(lifetimes(question, snapshot), question), {}
    statement = compile_aggregate(question)
    return _figured(snapshot.rows(statement.sql, statement.params), question)


def _figured(raw: Records, question: Question) -> tuple[Records, dict[str, int]]:
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


def lifetimes(question: Question, snapshot: Snapshot) -> dict[str, np.ndarray]:
    """Returns, per group and duration, how many ended and how many did not: every percentile of a segment is read off it."""
    statement = compile_lifetimes(question)
    return snapshot.arrays(statement.sql, statement.params)


def told_percentiles(
    columns: dict[str, np.ndarray], question: Question, snapshot: Snapshot
) -> tuple[Records, dict[str, int]]:
    """Returns the groups as they are told, of what `lifetimes` gives."""
    return _told(_percentiles(columns, question), {}, question=question, snapshot=snapshot)


def _percentiles(columns: dict[str, np.ndarray], question: Question) -> Records:
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
