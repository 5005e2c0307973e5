"""Appraisal (考核): subjects scored on dated items and weights, from the same requests as every screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import pandas as pd
from pydantic import Field, model_validator

from data.catalogue import CatalogueError, NotInForceError, catalogue
from data.connection import Store
from data.definitions import Reference
from data.period import local_date
from data.query import Answer, fetch, fetch_rows
from data.request import Filters, Request, Scope
from data.settings import REPOSITORY
from data.town import Label
from data.yamlfile import Definition, read_definition

PATH = REPOSITORY / "data" / "rules" / "appraisal.yaml"
MOST_ROWS = 1_000_000
LATE = "late"
NO_FILTERS = Filters()
# Appeals upheld, by area (False) or by department (True).
UPHELD = {
    False: "SELECT g.area_id AS key, a.metric_id AS metric, a.incident_id FROM mart_appeal AS a "
    "JOIN dim_area_grid AS g ON g.grid_id = a.grid_id AND g.level_code = $level WHERE a.outcome_code = 'upheld'",
    True: "SELECT department_id AS key, metric_id AS metric, incident_id FROM mart_appeal "
    "WHERE outcome_code = 'upheld' AND department_id <> $level",
}


class Item(Definition):
    """One thing a subject is appraised on: 0 points at `floor`, 100 at `target`."""

    metric: str
    weight: float = Field(gt=0)
    floor: float
    target: float

    @model_validator(mode="after")
    def _has_a_span(self) -> Item:
        if self.floor == self.target:
            raise ValueError("floor and target are the same")
        return self

    def points(self, value: float | None) -> float | None:
        """Returns 0..100 of a value; None of an unknown one."""
        if value is None or pd.isna(value):
            return None
        return min(100.0, max(0.0, 100 * (value - self.floor) / (self.target - self.floor)))


class Version(Definition):
    """The schemes in force from a day on: subject dimension -> items."""

    valid_from: date
    version: str
    schemes: dict[str, tuple[Item, ...]]


class Appraisal(Definition):
    """All versions."""

    label: Label
    reference: Reference
    min_weight_pct: float = Field(gt=0, le=100)
    versions: tuple[Version, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _dates_ascend(self) -> Appraisal:
        days = [each.valid_from for each in self.versions]
        if days != sorted(set(days)):
            raise ValueError(f"valid_from must ascend, found {[str(day) for day in days]}")
        return self

    def on(self, day: date) -> Version:
        """Returns the version in force on a day.

        Raises:
            NotInForceError: the day lies before the first one.
        """
        in_force = [each for each in self.versions if each.valid_from <= day]
        if not in_force:
            raise NotInForceError(f"{PATH}: no version on {day}, first {self.versions[0].valid_from}")
        return in_force[-1]


@dataclass(frozen=True)
class Scores:
    """Which subjects to appraise, over which cases; hashable, so that a screen asks it once."""

    subject: str
    filters: Filters = NO_FILTERS


@dataclass(frozen=True)
class Scored:
    """What came out.

    Attributes:
        frame: one row per subject: key, score (null: too little was measured), low, high, scored_weight_pct,
            accepted_count (appeals upheld), reviewed_score (without the cases of upheld appeals); best first, unscored last.
        parts: one row per subject and item: key, metric, weight, value, n, points, low_points, high_points, is_thin.
        version: the scheme's version.
    """

    frame: pd.DataFrame
    parts: pd.DataFrame
    items: tuple[Item, ...]
    version: str
    as_of_at: object
    generation: int


@lru_cache(maxsize=1)
def schemes() -> Appraisal:
    """Returns the appraisal file, checked: every metric exists."""
    found = read_definition(PATH, Appraisal)
    for version in found.versions:
        for items in version.schemes.values():
            for item in items:
                catalogue().metric(item.metric)
    return found


def appraise(asked: Scores, *, scope: Scope, store: Store) -> Scored:
    """Returns the scores of all subjects of a dimension under the version in force at the end of the period.

    Raises:
        CatalogueError: no scheme for the subject.
    """
    rules = schemes()
    version = rules.on(local_date(store.as_of_at(), store.zone))
    if asked.subject not in version.schemes:
        raise CatalogueError(f"{PATH}: version {version.version} has no scheme for {asked.subject!r}")
    items = version.schemes[asked.subject]
    answers = [
        fetch(Request(item.metric, by=(asked.subject,), filters=asked.filters), scope=scope, store=store)
        for item in items
    ]
    parts = pd.concat(
        [
            _item_rows(item, answer, subject=asked.subject)
            for item, answer in zip(items, answers, strict=True)
        ],
        ignore_index=True,
    )
    parts = _reviewed(parts, asked, scope=scope, store=store, items=items)
    frame = _totals(parts, items, min_weight_pct=rules.min_weight_pct)
    return Scored(frame, parts, items, version.version, answers[0].as_of_at, answers[0].generation)


def _item_rows(item: Item, answer: Answer, *, subject: str) -> pd.DataFrame:
    frame = answer.frame[answer.frame[subject].notna()]
    is_thin = frame["flag"].notna()
    ends = [[item.points(value) for value in frame[name]] for name in ("low", "high")]
    both = pd.DataFrame({"a": ends[0], "b": ends[1]}, index=frame.index, dtype="float64")
    points = pd.Series([item.points(value) for value in frame["value"]], index=frame.index, dtype="float64")
    return pd.DataFrame(
        {
            "key": frame[subject],
            "metric": item.metric,
            "weight": item.weight,
            "value": frame["value"].astype("float64"),
            "n": frame["n"],
            "is_thin": is_thin | points.isna(),
            "points": points.where(~is_thin),
            "low_points": both.min(axis=1).fillna(points).where(~is_thin),
            "high_points": both.max(axis=1).fillna(points).where(~is_thin),
        }
    )


def _totals(parts: pd.DataFrame, items: tuple[Item, ...], *, min_weight_pct: float) -> pd.DataFrame:
    every = sum(item.weight for item in items)
    scored = parts[~parts["is_thin"]]
    rows = []
    for key in parts["key"].drop_duplicates():
        mine = scored[scored["key"] == key]
        share = 100 * float(mine["weight"].sum()) / every
        is_enough = share >= min_weight_pct
        means = [
            float((mine[name] * mine["weight"]).sum() / mine["weight"].sum()) if is_enough else None
            for name in ("points", "low_points", "high_points", "reviewed_points")
        ]
        rows.append((key, *means, share, int(mine["accepted_count"].fillna(0).sum())))
    columns = ["key", "score", "low", "high", "reviewed_score", "scored_weight_pct", "accepted_count"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values("score", ascending=False, na_position="last", kind="stable").reset_index(
        drop=True
    )


def _reviewed(
    parts: pd.DataFrame, asked: Scores, *, scope: Scope, store: Store, items: tuple[Item, ...]
) -> pd.DataFrame:
    """Returns the parts with accepted_count and reviewed_points: the item without the late cases of upheld appeals.

    Only a case that the item really counted as late is taken out; the published value itself is never changed.
    """
    left_out = _left_out(asked, scope=scope, store=store, metrics={item.metric for item in items})
    parts = parts.merge(left_out, how="left", on=["key", "metric"])
    known = {item.metric: item for item in items}
    points = [
        row.points
        if not row.accepted_count > 0 or row.n <= row.accepted_count or pd.isna(row.points)
        else known[row.metric].points(row.value * row.n / (row.n - row.accepted_count))
        for row in parts.itertuples()
    ]
    return parts.assign(reviewed_points=pd.Series(points, index=parts.index, dtype="float64"))


def _left_out(asked: Scores, *, scope: Scope, store: Store, metrics: set[str]) -> pd.DataFrame:
    """Returns key, metric, accepted_count: cases of upheld appeals that the item counted as late in the period."""
    appeals = store.execute(UPHELD[asked.subject == "department_id"], {"level": asked.subject})
    found = []
    for name, group in appeals[appeals["metric"].isin(metrics)].groupby("metric"):
        request = Request(name, filters=asked.filters)
        late = fetch_rows(request, scope=scope, store=store, limit=MOST_ROWS, side=LATE)
        found.append(group[group["incident_id"].isin(set(late["incident_id"]))])
    columns = ["key", "metric", "accepted_count"]
    if not found:
        return pd.DataFrame(columns=columns).astype({"accepted_count": "int64"})
    counted = pd.concat(found).groupby(["key", "metric"])["incident_id"].nunique()
    return counted.rename("accepted_count").reset_index()[columns]
