"""Answers a request from the newest generation: scoped, cached per generation, every number with its n (查询)."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from data import drill
from data.answers import Answer, answers_of, forget_answers
from data.catalogue import Catalogue, catalogue
from data.connection import Store
from data.figures import records_of
from data.frame import tidy
from data.freshness import holds_for, is_none_there
from data.generation import Snapshot
from data.lasting import kept_answer, lasting_key
from data.question import TOWN_AREA, Question, check_dimensions
from data.reach import aggregate_reach, list_reach, newest_only
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
    shown = drill.Page(**page)
    with store.reading() as snapshot:
        question = list_reach(
            question_of(replace(request, by=()), scope, snapshot), snapshot.opened.recent_from
        )
        newest = newest_only(question, shown, recent_from=snapshot.opened.recent_from)
        if newest is not None:
            snapshot.look(is_recent=True)
            rows = drill.fetch_rows(newest, snapshot, shown)
            if len(rows) == shown.limit:  # the newest ones fill the page: no older row can stand on it
                return dated(rows, question)
        snapshot.look(is_recent=question.is_recent, reach=question.reach)
        return dated(drill.fetch_rows(question, snapshot, shown), question)


def count_rows(request: Request, *, scope: Scope, store: Store, side: str | None = None) -> int:
    """Returns how many rows `fetch_rows` would give without a limit."""
    with store.reading() as snapshot:
        question = list_reach(
            question_of(replace(request, by=()), scope, snapshot), snapshot.opened.recent_from
        )
        snapshot.look(is_recent=question.is_recent, reach=question.reach)
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
        question = list_reach(
            question_of(replace(request, by=()), scope, snapshot), snapshot.opened.recent_from
        )
        snapshot.look(is_recent=question.is_recent, reach=question.reach)
        return dated(drill.fetch_exclusions(question, snapshot, code), question)


def dated(frame: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Returns a frame that says in its `attrs` what instant it holds for, how old that may get, and why nothing is known."""
    frame.attrs |= {"as_of_at": question.as_of_at, "stale_after_s": question.stale_after_s}
    if question.unknown_code:
        frame.attrs["unknown_code"] = question.unknown_code
    return frame


def question_of(
    request: Request, scope: Scope, snapshot: Snapshot, *, definitions: Catalogue | None = None
) -> Question:
    """Returns a request with all it needs to be compiled; raises as `fetch` does."""
    definitions = definitions or catalogue()
    mart = definitions.mart(definitions.metric(request.metric).model)
    as_of_at, stale_after_s = holds_for(request.as_of_at, snapshot, mart.entities, is_daily=mart.is_daily)
    question = Question(
        request=request,
        scope=scope,
        catalogue=definitions,
        levels=snapshot.levels,
        zone=snapshot.store.zone,
        as_of_at=as_of_at,
        stale_after_s=stale_after_s,
        shipped=snapshot.opened.shipped,
        is_unjoined=is_none_there(snapshot, mart.entities),
        is_foreign_area=is_foreign_area(request.filters.area_id, scope, snapshot),
    )
    check_dimensions(question)
    return question


def is_foreign_area(area_id: str | None, scope: Scope, snapshot: Snapshot) -> bool:
    """Returns whether an area has no grid in common with the areas someone may see."""
    if not area_id or area_id == TOWN_AREA or scope.area_ids is None or scope.area_ids & {area_id, TOWN_AREA}:
        return False
    shared = (
        "SELECT 1 FROM dim_area_grid AS asked JOIN dim_area_grid AS mine USING (grid_id) "
        "WHERE asked.area_id = $area_id AND list_contains($scope_area_ids, mine.area_id) LIMIT 1"
    )
    return not snapshot.rows(shared, {"area_id": area_id, "scope_area_ids": sorted(scope.area_ids)})


def _fetch(request: Request, scope: Scope, *, store: Store, pinned: tuple) -> Answer:
    serial, definitions = pinned
    kept = answers_of(store)
    with store.reading(serial) as snapshot:
        question = aggregate_question(request, scope, snapshot, definitions=definitions)
        key = lasting_key(question, snapshot)
        answer = kept_answer(kept, key, generation=snapshot.generation)
        if answer is None:
            snapshot.look(is_recent=question.is_recent, reach=question.reach)
            records, exclusions = records_of(question, snapshot)
            answer = answer_of(question, records, exclusions=exclusions, generation=snapshot.generation)
            if key is not None:
                kept.keep(key, answer)
    return answer


def aggregate_question(
    request: Request, scope: Scope, snapshot: Snapshot, *, definitions: Catalogue | None = None
) -> Question:
    """Returns the question of a number, with how far back its rows must be looked for."""
    question = question_of(request, scope, snapshot, definitions=definitions)
    return aggregate_reach(question, snapshot.opened.recent_from)


def answer_of(
    question: Question, records: list[tuple], *, exclusions: dict[str, int], generation: int
) -> Answer:
    """Returns the answer that tells these records."""
    return Answer(
        frame=tidy(records, question.request.by),
        metric=question.metric,
        as_of_at=question.as_of_at,
        generation=generation,
        exclusions=exclusions,
        ignored=question.ignored,
        stale_after_s=question.stale_after_s,
    )
