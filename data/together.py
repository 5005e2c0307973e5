"""Several numbers from one statement (合问): planning a question costs more than answering it.

Numbers of one mart with the same grouping, filters and asker read the same rows; one statement sums them once and
each number's formula is told from its own part of the sums. Every answer is what it would be by itself.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, fields
from functools import cached_property

from data.answers import answers_of
from data.catalogue import catalogue
from data.compile import choose_rollup, group_keys, grouping, source, told_columns
from data.connection import Store
from data.definitions import Metric
from data.figures import lifetimes, told_percentiles, told_records
from data.generation import Snapshot
from data.lasting import kept_answer, lasting_key
from data.query import aggregate_question, answer_of
from data.question import Question, Statement
from data.request import Request, Scope


@dataclass(frozen=True)
class Joined(Question):
    """One question that reads what several need; `asked` are their metrics."""

    asked: tuple[Metric, ...] = ()

    @cached_property
    def metric(self) -> Metric:
        """A metric that names every column the others name; its formula is never told."""
        first = self.asked[0]
        formula = " ".join(_texts(self.asked))
        merged = dict(first) | {"value": formula, "where": self._where(), "sample": "", "hits": None}
        return Metric.model_construct(**(merged | {"lower": None, "upper": None, "error": None}))

    def _where(self) -> str | None:
        single = self.catalogue.mart(self.asked[0].model).single
        codes = [each.pinned(single) for each in self.asked] if single else []
        if codes and all(codes):
            listed = ", ".join(dict.fromkeys(f"'{code}'" for each in codes for code in each))
            return f"{single} IN ({listed})"
        wheres = [each.where for each in self.asked]
        return None if None in wheres else " OR ".join(f"({each})" for each in wheres)


def bundles(requests: Iterable[Request]) -> list[list[Request]]:
    """Returns the requests, those that may share a statement side by side."""
    found: dict[Hashable, list[Request]] = {}
    for request in requests:
        metric = catalogue().metric(request.metric)
        mart = catalogue().mart(metric.model)
        if metric.kind == "percentile":  # of one segment: read off the same durations
            alone = (metric.where,)
        else:
            may_share = mart.is_additive and _columns(metric.where) <= set(mart.keep)
            alone = () if may_share else (request,)
        found.setdefault((mart.id, request.by, request.filters, request.as_of_at, alone), []).append(request)
    return list(found.values())


def fetch_together(requests: Iterable[Request], *, scope: Scope, store: Store) -> None:
    """Answers requests of one bundle with as few statements as possible; `fetch` finds the answers kept."""
    store.refresh()
    serial, kept = store.serial(), answers_of(store)
    wanted = [each for each in dict.fromkeys(requests) if (serial, scope, each, None) not in kept]
    if len(wanted) < 2:
        return
    with store.reading(serial) as snapshot:
        alike: dict[Hashable, list[Question]] = {}
        for request in wanted:
            question = aggregate_question(request, scope, snapshot)
            answer = kept_answer(kept, lasting_key(question, snapshot), generation=snapshot.generation)
            if answer is not None:
                kept.keep((serial, scope, request, None), answer)
            elif not question.is_shut:
                alike.setdefault(_likeness(question), []).append(question)
        for questions in alike.values():
            if len(questions) > 1:
                for question, answer in _answers(questions, snapshot):
                    kept.keep((serial, scope, question.request, None), answer)
                    if (key := lasting_key(question, snapshot)) is not None:
                        kept.keep(key, answer)


def _likeness(question: Question) -> Hashable:
    """What must agree beside the bundle: where the rows come from and how far back they must be looked for."""
    rollup = choose_rollup(question)
    limit = None if question.is_recent else question.metric.limit and question.metric.limit.rule
    return question.is_recent, question.reach if not question.is_recent else None, rollup is None, limit


def _answers(questions: list[Question], snapshot: Snapshot):
    if questions[0].metric.kind == "percentile":
        snapshot.look(is_recent=questions[0].is_recent, reach=questions[0].reach)
        columns = lifetimes(questions[0], snapshot)
        for question in questions:
            records, exclusions = told_percentiles(columns, question, snapshot)
            yield (
                question,
                answer_of(question, records, exclusions=exclusions, generation=snapshot.generation),
            )
        return
    joined = _join(questions)
    if (choose_rollup(joined) is None) != (choose_rollup(questions[0]) is None):
        return  # together they need more columns than any rollup has: apart they are cheaper
    snapshot.look(is_recent=joined.is_recent, reach=joined.reach)
    statement = compile_together(joined, questions)
    rows = snapshot.rows(statement.sql, statement.params)
    for number, question in enumerate(questions):
        mine = [row[1:] for row in rows if row[0] == number]
        records, exclusions = told_records(mine, question, snapshot)
        yield question, answer_of(question, records, exclusions=exclusions, generation=snapshot.generation)


def _join(questions: list[Question]) -> Joined:
    first = questions[0]
    told = {each.name: getattr(first, each.name) for each in fields(Question)}
    return Joined(**(told | {"params": {}, "asked": tuple(each.metric for each in questions)}))


def compile_together(joined: Joined, questions: list[Question]) -> Statement:
    """Returns SQL giving for every question, by its number, the rows that `compile_aggregate` gives."""
    keys = group_keys(joined)
    each = [
        f"SELECT {', '.join([str(number), *keys, *_cast(told_columns(question, where=_own(question)))])} FROM part "
        f"WHERE {_own(question)}{grouping(question)}"
        for number, question in enumerate(questions)
    ]
    order = ", ".join(str(1 + place) + " NULLS LAST" for place in range(1 + len(keys)))
    sql = f"WITH part AS MATERIALIZED ({source(joined)}) {' UNION ALL '.join(each)} ORDER BY {order}"
    return joined.bind(sql)


def _own(question: Question) -> str:
    return f"({question.metric.where})" if question.metric.where else "true"


def _cast(columns: list[str]) -> list[str]:
    """Returns the figures as doubles: the branches of a union must agree."""
    *figures, ledger = columns
    parts = [re.fullmatch(r"(.*) AS (\w+)", figure, re.DOTALL) for figure in figures]
    return [*(f"CAST({part[1]} AS DOUBLE) AS {part[2]}" for part in parts), ledger]


def _texts(metrics: Iterable[Metric]) -> Iterable[str]:
    for metric in metrics:
        parts = (
            metric.value,
            metric.sample,
            metric.hits,
            metric.error,
            metric.lower,
            metric.upper,
            metric.where,
        )
        yield from (part for part in parts if part)


def _columns(where: str | None) -> frozenset[str]:
    return Metric.model_construct(
        value=None, sample=where or "", hits=None, lower=None, upper=None
    ).formula_names
