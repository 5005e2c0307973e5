"""Whether a topic grows (热度): its newest week and four weeks against the weeks before, in the town and in each community.

Only whole local days count, so both sides hold the same weekdays. What many report as one incident is one voice, and so are
texts that are word for word the same on one day: a copied text makes nothing hot. Hot is what grows by the least ratio and
stands out of all topics tried at once (Benjamini-Hochberg), so that a quiet month gives hardly any alarm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import betainc

from data.interval import rate_ratio

WINDOWS = {7: 28, 28: 28}  # days of the window -> days before it
SPAN_DAYS = 56
TOWN = "town"
COLUMNS = {
    "topic_id": "string",
    "area_id": "string",
    "window_days": "int32",
    "voice_count": "int32",
    "report_count": "int32",
    "base_count": "Int32",
    "ratio": "float64",
    "low_ratio": "float64",
    "high_ratio": "float64",
    "chance": "float64",
    "is_hot": "boolean",
}


@dataclass(frozen=True)
class Heat:
    """What hot means (data/rules/topic.yaml): voices in the window, times the weeks before, share of false alarms."""

    least: int = 5
    ratio: float = 1.5
    false_share: float = 0.05


def growth(voices: pd.DataFrame, *, heat: Heat) -> pd.DataFrame:
    """Returns one row per topic, area (the town, a community) and window that has enough voices.

    Args:
        voices: one row per report: topic_id, community_id (null: not placed), feed_id, voice_key (what counts as one),
            age_days (1: yesterday), known_days (how long its feed has been joined).
        heat: what hot means.

    Returns:
        Columns as `COLUMNS`. base_count, ratio and interval are null where the feeds have not been joined long enough;
        high_ratio is null without any voice before: no data can bound it. ratio is per day on both sides.
    """
    parts = [_window(voices, days=days, base=base, heat=heat) for days, base in WINDOWS.items()]
    found = pd.concat(parts, ignore_index=True)
    found["is_hot"] = _hot(found, heat=heat)
    return (
        found[list(COLUMNS)]
        .astype(COLUMNS)
        .sort_values(["window_days", "topic_id", "area_id"], ignore_index=True)
    )


def _window(voices: pd.DataFrame, *, days: int, base: int, heat: Heat) -> pd.DataFrame:
    own = voices[voices["topic_id"].notna() & (voices["age_days"] >= 1) & (voices["age_days"] <= days + base)]
    town = own.assign(area_id=TOWN)
    own = pd.concat(
        [town, own[own["community_id"].notna()].rename(columns={"community_id": "area_id"})],
        ignore_index=True,
    )
    is_new = own["age_days"] <= days
    # A feed that joined in between says nothing of growth: neither side has it.
    is_fair = own["known_days"] >= days + base
    by = ["topic_id", "area_id"]
    counts = pd.DataFrame(
        {
            "report_count": own[is_new].groupby(by).size(),
            "voice_count": own[is_new].groupby(by)["voice_key"].nunique(),
            "fair_count": own[is_new & is_fair].groupby(by)["voice_key"].nunique(),
            "base_count": own[~is_new & is_fair].groupby(by)["voice_key"].nunique(),
        }
    )
    is_joined = bool(is_fair.any())
    counts = counts.fillna(0).astype(int).reset_index()
    counts = counts[counts["voice_count"] >= heat.least].assign(window_days=days)
    return _judged(counts, times=base / days, is_joined=is_joined, heat=heat)


def _judged(counts: pd.DataFrame, *, times: float, is_joined: bool, heat: Heat) -> pd.DataFrame:
    """Adds ratio, its 95 % interval and the chance of so many without growth."""
    rows = [_ratio(new, old, times=times) for new, old in counts[["fair_count", "base_count"]].to_numpy()]
    judged = counts.assign(
        **dict(zip(("ratio", "low_ratio", "high_ratio"), np.array(rows, float).reshape(-1, 3).T, strict=True))
    )
    new, old = counts["fair_count"].to_numpy(float), counts["base_count"].to_numpy(float)
    chance = np.where(new > 0, betainc(np.maximum(new, 1), old + 1, 1 / (1 + times)), 1.0)
    judged["chance"] = chance
    if not is_joined:
        judged[["base_count", "ratio", "low_ratio", "high_ratio", "chance"]] = None
    return judged


def _hot(found: pd.DataFrame, *, heat: Heat) -> pd.Series:
    """Whether each row is hot, all rows tried at once; null where nothing can be compared."""
    chance, new = found["chance"].astype("float64"), found["fair_count"]
    is_known = chance.notna()
    grows = (found["ratio"].astype("float64") >= heat.ratio) | (found["base_count"] == 0).fillna(False)
    is_clear = chance <= _limit(chance[is_known].to_numpy(), share=heat.false_share)
    return ((new >= heat.least) & grows & is_clear).astype("boolean").where(is_known, pd.NA)


def _ratio(new: int, old: int, *, times: float) -> tuple[float, float, float]:
    ratio, low, high = rate_ratio(int(new), int(old))
    return tuple(np.nan if each is None else each * times for each in (ratio, low, high))


def _limit(chance: np.ndarray, *, share: float) -> float:
    """Returns the largest chance that Benjamini-Hochberg lets through; -1 for none."""
    ordered = np.sort(chance)
    passed = ordered[ordered <= share * np.arange(1, len(ordered) + 1) / max(len(ordered), 1)]
    return float(passed[-1]) if len(passed) else -1.0
