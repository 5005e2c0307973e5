"""Two readings of one promise, case by case (口径对照): which cases one counts as kept and the other does not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd

from data import drill
from data.connection import Store
from data.query import question_of
from data.request import Request, RequestError, Scope

ABSENT = "unasked"  # the reading does not look at the case at all: another clock, another day, not due yet


@dataclass(frozen=True)
class Rivalry:
    """What to compare: two metrics of incidents under the same filters, and how many of the cases to show."""

    left: Request
    right: Request
    limit: int = 20


@dataclass(frozen=True)
class Differences:
    """Where two readings part.

    Attributes:
        sides: left_side, right_side, case_count: every pairing of sides, the common ones included.
        cases: incident_id, left_side, right_side, left_excluded, right_excluded, first_signal_at and what the
            incident is: the newest of the cases on which the readings differ.
        differing_count: how many cases they differ on.
        as_of_at: the instant both hold for.
    """

    sides: pd.DataFrame
    cases: pd.DataFrame
    differing_count: int
    as_of_at: datetime


def fetch_differences(asked: Rivalry, *, scope: Scope, store: Store) -> Differences:
    """Returns how the cases of two readings fall, and those that make the difference.

    Raises:
        RequestError: one of the metrics is not about incidents.
    """
    with store.reading() as snapshot:
        questions = [question_of(replace(each, by=()), scope, snapshot) for each in (asked.left, asked.right)]
        left, right = (_sides_of(question, snapshot) for question in questions)
        both = left.merge(right, on="incident_id", how="outer", suffixes=("_left", "_right"))
        both = both.rename(
            columns={
                f"{part}_{hand}": f"{hand}_{part}"
                for part in ("side", "excluded")
                for hand in ("left", "right")
            }
        )
        for hand in ("left", "right"):
            both[f"{hand}_side"] = both[f"{hand}_side"].fillna(ABSENT)
        sides = both.groupby(["left_side", "right_side"]).size().rename("case_count").reset_index()
        apart = both[both["left_side"] != both["right_side"]]
        cases = _described(apart, snapshot, limit=asked.limit)
        return Differences(sides, cases, len(apart), min(each.as_of_at for each in questions))


def _sides_of(question, snapshot) -> pd.DataFrame:
    """One row per case a reading looks at: its side, and why it is left out."""
    own = drill.own_columns(question)
    if question.mart.key or "incident_id" not in own:
        raise RequestError(f"{question.metric.id}: not a number of incidents, so it has no cases to compare")
    wanted = {name: own[name] for name in ("incident_id", "side_code", "excluded_code")}
    listed = drill.rows_statement(question, wanted, side=None)
    found = snapshot.frame(listed.sql, listed.params)
    found = found.rename(columns={"side_code": "side", "excluded_code": "excluded"})
    return found.drop_duplicates("incident_id")


def _described(apart: pd.DataFrame, snapshot, *, limit: int) -> pd.DataFrame:
    sql = (
        "SELECT incident_id, first_signal_at, feed_id, category_code, department_id, grid_id, stage_code FROM mart_incident "
        "WHERE list_contains($ids, incident_id) ORDER BY first_signal_at DESC, incident_id LIMIT $most"
    )
    facts = snapshot.frame(sql, {"ids": apart["incident_id"].tolist(), "most": limit})
    return facts.merge(apart, on="incident_id", how="inner")
