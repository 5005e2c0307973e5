"""The reports that registers of enforcement speak of: drawn again, for a month depends on the seed only."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from etl.synth.codes import catalog
from etl.synth.incidents import NEVER, Volume
from etl.synth.plan import Plan, local_day, months_between
from etl.synth.profile2020 import plan_2020
from etl.synth.register import Span
from etl.synth.reports import CITIZEN, CITY, COMPLAINT, PATROL, VIDEO, draw_month
from etl.synth.truth import PREFIXES

COLUMNS = (
    *(
        "report",
        "feed",
        "category",
        "first_category",
        "is_unknown_code",
        "is_lead",
        "is_void",
        "is_duplicate",
    ),
    *("is_self_handled", "outcome", "satisfied", "point", "lon", "lat", "reported", "received", "delivered"),
    *("dispatched", "accepted", "arrived", "handled", "closed"),
)
SPOKEN_OF = (CITY, COMPLAINT, CITIZEN, PATROL, VIDEO)


@lru_cache(maxsize=1)
def cases(span: Span) -> pd.DataFrame:
    """Returns the reports of a span, one row each, UTC seconds (NEVER: does not happen); do not change the frame."""
    plan = _plan(span)
    world, clock = plan.world(), plan.clock()
    parts = []
    for month in months_between(span.first, local_day(span.end)):
        drawn, _ = draw_month(world, month, volume=plan.volume, clock=clock)
        wanted = np.isin(drawn["feed"], SPOKEN_OF) | span.is_2020
        parts.append(pd.DataFrame({name: drawn[name][wanted] for name in COLUMNS}))
    found = pd.concat(parts, ignore_index=True)
    kept = (found["reported"] >= span.start) & (found["reported"] <= span.end)
    if plan.keep:  # the published totals were reached by dropping reports: registers do not speak of those
        kept &= plan.keep({name: found[name].to_numpy() for name in COLUMNS})
    found = found[kept & np.isin(found["feed"], SPOKEN_OF)].reset_index(drop=True)
    month, number = found["report"] // 1_000_000, found["report"] % 1_000_000
    found["key"] = PREFIXES[found["feed"]] + month.astype(str) + number.astype(str).str.zfill(6)
    found["category_code"] = np.array([row["category_code"] for row in catalog()])[found["category"]]
    return found


def _plan(span: Span) -> Plan:
    if span.is_2020:
        return plan_2020(span.town_dir, Path(), seed=span.seed)
    return Plan(span.town_dir, Path(), span.first, span.end, span.seed, Volume(span.scale))


def versions(frame: pd.DataFrame, columns: tuple[str, ...], *, since: np.ndarray) -> pd.DataFrame:
    """Returns one line per row and moment at which one of the columns came to be known, the first at `since`.

    A column that is not known yet at a line's moment is NEVER in that line; `known_at` is the moment.
    """
    moments = np.column_stack([since, *(np.maximum(frame[name], since) for name in columns)])
    moments = np.where(np.column_stack([since, *(frame[name] for name in columns)]) < NEVER, moments, NEVER)
    row, place = np.nonzero(moments < NEVER)
    known_at = moments[row, place]
    first = ~pd.DataFrame({"row": row, "at": known_at}).duplicated().to_numpy()
    lines = frame.iloc[row[first]].reset_index(drop=True)
    known_at = known_at[first]
    for name in columns:
        lines[name] = np.where(lines[name] <= known_at, lines[name], NEVER)
    return lines.assign(known_at=known_at).sort_values("known_at", kind="stable", ignore_index=True)
