"""The five-colour map (五色图): builds `mart_risk`, one row per grid x domain x daily cycle, plus `overall`.

A cycle belongs to a local date and judges the 28 whole days before that date's midnight, so a colour does
not flicker while the day's own reports come in. All cycles are judged under the rules in force at the
newest one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from etl.risk_evidence import Gathered, gather
from etl.risk_reason import reason
from etl.risk_rules import CLASS_CODES, LEVELS, RiskRules, load_rules
from etl.risk_score import Score, score, settle

if TYPE_CHECKING:
    import duckdb

    from data.town import Town

OVERALL = "overall"
_BEFORE_ANY_DATA = date(2000, 1, 1)
_TEXT = (
    "grid_id",
    "domain_code",
    "class_code",
    "previous_class_code",
    "evaluated_class_code",
    "worst_domain_code",
)


def build_risk(
    con: duckdb.DuckDBPyConnection,
    town: Town,
    *,
    as_of_at: datetime | None,
    cycles: int = 60,
    rules: RiskRules | None = None,
) -> None:
    """Write `mart_risk`: grain grid x domain (or `overall`) x cycle date, the newest ``cycles`` cycles.

    Reads mart_incident, dim_area, dim_domain, dim_feed, mart_feed. Incidents without a grid are not spread
    over grids. Columns: class_code (none = no evidence), class_level (5 red .. 1 green, null none),
    is_hatched (thin or missing evidence), ratio (smoothed, to the 12-month baseline), exceed_pct
    (probability that the ratio is above the limit of the evaluated class; for green and blue above 1),
    weighted_count and incident_count of the window, expected_count (plain, at the baseline rate), exposure,
    rate and town_rate (weighted incidents per unit of exposure and day), previous_class_code (null: no
    earlier cycle in the table), evaluated_class_code (before hysteresis), worst_domain_code (`overall`
    rows, whose figures are that domain's), reason_text (JSON with zh and en; newest cycle only).

    The table is empty as long as ``as_of_at`` is None (no required feed has delivered).

    Raises:
        RiskRuleError: rules or a domain's exposure cannot be used.
    """
    newest = cycle_date(town, as_of_at) if as_of_at else _BEFORE_ANY_DATA
    rules = rules or load_rules(newest)
    # Older cycles than shown are judged too, so that the first row has its hysteresis and its predecessor.
    lead = rules.cycles_down
    gathered = gather(con, newest=newest, cycles=cycles + lead, rules=rules, zone=town.zone)
    frame = _judge(gathered, newest=newest, lead=lead, rules=rules)
    _store(con, frame if as_of_at else frame.head(0))


def _store(con: duckdb.DuckDBPyConnection, frame: pd.DataFrame) -> None:
    con.register("_risk_frame", frame)
    texts = ", ".join(f"CAST({name} AS VARCHAR) AS {name}" for name in _TEXT)
    con.execute(
        f"""
        CREATE OR REPLACE TABLE mart_risk AS
        SELECT * REPLACE (
            {texts}, CAST(cycle_date AS DATE) AS cycle_date,
            CAST(nullif(class_level, 0) AS INTEGER) AS class_level
        )
        FROM _risk_frame ORDER BY cycle_date, domain_code, grid_id
        """
    )
    con.unregister("_risk_frame")


def cycle_date(town: Town, as_of_at: datetime) -> date:
    """Return the local date of an instant (naive UTC): the cycle it belongs to."""
    return as_of_at.replace(tzinfo=UTC).astimezone(town.zone).date()


def _judge(gathered: Gathered, *, newest: date, lead: int, rules: RiskRules) -> pd.DataFrame:
    """Classes per domain and overall as one long frame, the ``lead`` oldest cycles cut off."""
    judged = score(gathered.evidence, rules, domain_codes=gathered.domains["domain_code"].tolist())
    shown = settle(judged.level, rules.cycles_down)
    thin = (gathered.evidence.count < rules.thin_incident_count) & (
        gathered.evidence.expected_count < rules.thin_expected_count
    )
    hatched = thin | gathered.stale[:, :, None] | (shown == 0)
    values = _values(gathered, judged)
    worst, overall, overall_hatched = _overall(gathered, shown, hatched=hatched, ratio=judged.ratio)
    chosen = {name: np.take_along_axis(array, worst[None], axis=0)[0] for name, array in values.items()}
    evaluated = np.take_along_axis(judged.level, worst[None], axis=0)[0]
    cube: dict[str, np.ndarray] = {
        name: np.concatenate([array, chosen[name][None]]) for name, array in values.items()
    }
    cube["level"] = np.concatenate([shown, overall[None]])
    cube["evaluated"] = np.concatenate([judged.level, evaluated[None]])
    cube["hatched"] = np.concatenate([hatched, overall_hatched[None]])
    cube["worst"] = np.concatenate([np.full(shown.shape, -1), np.where(overall > 0, worst, -1)[None]])
    cube["previous"] = np.concatenate([np.zeros_like(cube["level"][:, :1]), cube["level"][:, :-1]], axis=1)
    frame = _frame({name: array[:, lead:] for name, array in cube.items()}, gathered, newest=newest)
    return _with_reasons(frame, gathered, thin=thin[:, -1], rules=rules)


def _values(gathered: Gathered, judged: Score) -> dict[str, np.ndarray]:
    shape = judged.ratio.shape
    town_rate = np.broadcast_to(gathered.town_rate[:, :, None], shape)
    return {
        "ratio": judged.ratio,
        "exceed": judged.exceed * 100,
        "weighted": gathered.evidence.weighted,
        "count": gathered.evidence.count,
        "expected_count": gathered.evidence.expected_count,
        "exposure": np.broadcast_to(gathered.exposure[:, None, :], shape),
        "rate": judged.ratio * town_rate,
        "town_rate": town_rate,
        "limit": judged.limit,
    }


def _overall(
    gathered: Gathered, shown: np.ndarray, *, hatched: np.ndarray, ratio: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The worst domain per cell, its (capped) level, and whether the overall colour rests on thin evidence.

    Among equals the well-evidenced domain speaks. A domain without evidence that could have decided
    otherwise hatches the cell: green must not hide an unknown.
    """
    caps = gathered.domains["cap_level"].to_numpy(dtype=int)[:, None, None]
    capped = np.minimum(shown, caps)
    rank = capped * 4.0 + np.where(hatched, 0, 2) + np.nan_to_num(ratio / (1 + ratio))
    worst = rank.argmax(axis=0)
    level = np.take_along_axis(capped, worst[None], axis=0)[0]
    unknown = ((shown == 0) & (caps > level[None])).any(axis=0)
    return worst, level, np.take_along_axis(hatched, worst[None], axis=0)[0] | unknown


def _frame(cube: dict[str, np.ndarray], gathered: Gathered, *, newest: date) -> pd.DataFrame:
    """Unfold (domain, cycle, grid) arrays into rows."""
    domains, cycles, grids = cube["level"].shape
    codes = [*gathered.domains["domain_code"], OVERALL]
    at = np.indices((domains, cycles, grids)).reshape(3, -1)
    flat = {name: array.reshape(-1) for name, array in cube.items()}
    days = pd.date_range(end=pd.Timestamp(newest), periods=cycles, freq="D")
    previous = np.where(at[1] == 0, -1, flat["previous"])
    return pd.DataFrame(
        {
            "grid_id": pd.Categorical.from_codes(at[2], gathered.grid_ids),
            "domain_code": pd.Categorical.from_codes(at[0], codes),
            "cycle_date": days.to_numpy()[at[1]],
            "class_code": _classes(flat["level"]),
            "class_level": flat["level"].astype(int),
            "is_hatched": flat["hatched"],
            "ratio": flat["ratio"],
            "exceed_pct": flat["exceed"],
            "weighted_count": flat["weighted"],
            "incident_count": flat["count"].astype("int32"),
            "expected_count": flat["expected_count"],
            "exposure": flat["exposure"],
            "rate": flat["rate"],
            "town_rate": flat["town_rate"],
            "previous_class_code": _classes(previous),
            "evaluated_class_code": _classes(flat["evaluated"]),
            "worst_domain_code": pd.Categorical.from_codes(flat["worst"], codes),
            "limit_ratio": flat["limit"],
        }
    )


def _classes(levels: np.ndarray) -> pd.Categorical:
    return pd.Categorical.from_codes(levels, CLASS_CODES)


def _with_reasons(
    frame: pd.DataFrame, gathered: Gathered, *, thin: np.ndarray, rules: RiskRules
) -> pd.DataFrame:
    """Add reason_text to the newest cycle's rows and drop the helper column."""
    frame["reason_text"] = None
    domains = {row["domain_code"]: row for row in gathered.domains.to_dict("records")}
    index = {code: place for place, code in enumerate(domains)}
    grids = {grid_id: place for place, grid_id in enumerate(gathered.grid_ids)}
    newest = frame.index[frame["cycle_date"] == frame["cycle_date"].max()]
    texts = []
    for cell in frame.loc[newest].to_dict("records"):
        code = cell["worst_domain_code"] if cell["domain_code"] == OVERALL else cell["domain_code"]
        if code not in domains:
            code = next(iter(domains))
        place = (index[code], grids[cell["grid_id"]])
        notes = _notes(cell, gathered, place=place, is_thin=bool(thin[place]))
        texts.append(reason(cell, notes, domain=domains[code], window_days=rules.window_days))
    frame.loc[newest, "reason_text"] = texts
    return frame.drop(columns="limit_ratio")


def _notes(cell: dict[str, Any], gathered: Gathered, *, place: tuple[int, int], is_thin: bool) -> list[str]:
    """The codes of everything that qualifies a cell's colour."""
    domain, _ = place
    if not np.isfinite(gathered.exposure[place]):
        return ["exposure_unknown"]
    if not gathered.delivered[domain]:
        return ["no_feed"]
    if cell["ratio"] != cell["ratio"]:
        return ["feed_silent" if gathered.silent[domain, -1] else "no_baseline"]
    is_overall = cell["domain_code"] == OVERALL
    cap = int(gathered.domains["cap_level"].iloc[domain])
    said = {
        "thin": is_thin,
        "feed_stale": gathered.stale[domain, -1],
        "feed_joined": gathered.joined[domain, -1],
        "held": LEVELS[cell["evaluated_class_code"]] < LEVELS[cell["class_code"]],
        "capped": is_overall and cell["class_level"] == cap < LEVELS[cell["evaluated_class_code"]],
        "partial": is_overall and cell["is_hatched"] and not (is_thin or gathered.stale[domain, -1]),
    }
    return [code for code, holds in said.items() if holds]
