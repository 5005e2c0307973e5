"""Visits to coded places and the hazards found: routine visits, re-checks until passed, campaigns, the 2020 totals."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from etl.synth.modules.ground import NEVER, businesses, local_text, places, spoil
from etl.synth.modules.safety_campaigns import plan_campaigns
from etl.synth.modules.safety_chains import DAY_S, follow_up, working_time
from etl.synth.register import Span

CODED = 11_000
VISITS_PER_MONTH = 2_144
ROUTINE_SHARE = 0.815  # of all visits; the others are re-checks
# class -> (how sure to be coded, visits per place against a shop's)
CLASSES = {
    "street_shop": (0.5, 1.0),
    "security_venue": (0.95, 3.5),
    "rental": (0.42, 0.7),
    "hazchem": (1.0, 9.0),
    "labour_intensive": (0.9, 2.5),
    "construction": (0.95, 6.0),
    "crowded": (0.95, 3.0),
    "general": (0.5, 0.6),
}
INSPECTED_2020, RECTIFIED_2020 = 21_443, 5_150
NOT_READ, TWICE, NO_DUE = 0.004, 0.008, 0.012


@cache
def coded_places(span: Span) -> pd.DataFrame:
    """Returns the places with a code: the businesses' columns, coded_at, how often they are visited, how badly kept."""
    firms, rng = businesses(span), span.rng("coded")
    alive = (firms["opened_at"] < span.end - 70 * DAY_S) & (firms["closed_at"] > span.end)
    odds = firms["class8_code"].map({code: share for code, (share, _) in CLASSES.items()}).to_numpy() * alive
    chosen = np.sort(rng.choice(len(firms), CODED, replace=False, p=odds / odds.sum()))
    gone = rng.choice(np.flatnonzero(~alive & (firms["opened_at"] < span.start)), 260, replace=False)
    coded = firms.iloc[np.concatenate([chosen, gone])].copy()
    earliest = np.maximum(coded["opened_at"], span.start - (0 if span.is_2020 else 330 * DAY_S))
    window = np.minimum(coded["closed_at"], span.end) - 65 * DAY_S - earliest
    at = earliest + np.maximum(0, window) * rng.beta(1.0, 2.2, len(coded))
    coded["coded_at"] = working_time(at.to_numpy().astype(np.int64), rng)
    # Some grids inspect more; that must not make them look worse.
    zeal = rng.lognormal(0, 0.35, len(places(span).grid_ids))
    liking = rng.lognormal(0, 0.5, len(coded))  # some shops are easy to reach and are visited again and again
    visits = coded["class8_code"].map({code: visits for code, (_, visits) in CLASSES.items()})
    coded["visit_weight"] = visits * liking * zeal[coded["grid"]]
    coded["carelessness"] = (
        rng.lognormal(0, 0.5, len(coded)) * rng.lognormal(0, 0.2, len(zeal))[coded["grid"]]
    )
    coded["habit"] = rng.integers(0, 12, len(coded))
    return coded[coded["coded_at"] < coded["closed_at"]].reset_index(drop=True)


@cache
def _drawn(span: Span) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Returns all visits and all hazards of the span, before anything is worded or spoiled."""
    coded, rng = coded_places(span), span.rng("visits")
    surplus = 1.16 if span.is_2020 else 1.0
    count = round(VISITS_PER_MONTH * span.days / 30.44 * ROUTINE_SHARE * span.scale * surplus)
    odds = coded["visit_weight"].to_numpy()
    place = rng.choice(len(coded), count * 2, p=odds / odds.sum())
    at = working_time(span.start + rng.integers(0, span.days * DAY_S, count * 2), rng)
    facts = coded.iloc[place]
    fits = (at > facts["coded_at"].to_numpy() + DAY_S) & (at < facts["closed_at"].to_numpy())
    place, at = place[fits][:count], at[fits][:count]
    visits, hazards = follow_up(coded, place, at, rng=rng)
    visits["campaign"] = _campaigns(span, coded, visits)
    visits["known"] = visits["at"] + rng.lognormal(8.2, 0.8, len(visits)).astype(int)
    late = rng.random(len(visits)) < 0.03
    visits.loc[late, "known"] += rng.integers(3, 20, late.sum()) * DAY_S
    keep = visits["at"] <= span.end
    visits, hazards = visits[keep], hazards[hazards["found"] <= span.end]
    return _trimmed(visits, hazards, span) if span.is_2020 else (visits, hazards)


def _campaigns(span: Span, coded: pd.DataFrame, visits: pd.DataFrame) -> np.ndarray:
    """Returns the campaign of each visit; of the routine visits in scope and time half belong to one."""
    rng = span.rng("campaign visits")
    found = np.full(len(visits), None, dtype=object)
    kind = coded["class8_code"].to_numpy()[visits["place"]]
    free = (visits["kind"] == "ROUTINE").to_numpy() & (rng.random(len(visits)) < 0.5)
    for each in plan_campaigns(span).itertuples(index=False):
        since, until = (pd.Timestamp(day).value // 10**9 - 8 * 3_600 for day in (each.first, each.last))
        hit = free & np.isin(kind, each.classes) & visits["at"].between(since, until + DAY_S).to_numpy()
        hit &= rng.random(len(visits)) < 0.7
        found[hit], free = each.key, free & ~hit
    return found


def _trimmed(visits: pd.DataFrame, hazards: pd.DataFrame, span: Span) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Drops surplus hazards and plain visits, so that October 2020 ends with the papers' totals."""
    rng = span.rng("trim")
    known = visits[visits["known"] <= span.end]
    hazards = hazards[hazards["visit"].isin(known["visit"])]
    rectified = hazards.index[(hazards["rectified"] <= span.end - 12 * 3_600)]
    open_yet = hazards.index[(hazards["rectified"] > span.end)]
    if len(rectified) < RECTIFIED_2020:
        raise ValueError(
            f"drew {len(rectified)} rectified hazards where {RECTIFIED_2020} are needed; raise the surplus"
        )
    hazards = hazards.loc[
        np.sort(np.concatenate([rng.choice(rectified, RECTIFIED_2020, replace=False), open_yet]))
    ]
    left = hazards.groupby("visit").size()
    plain = known.index[~known["visit"].isin(left.index) & (known["kind"] == "ROUTINE")]
    surplus = len(known) - INSPECTED_2020
    if not 0 <= surplus <= len(plain):
        raise ValueError(f"drew {len(known)} visits where {INSPECTED_2020} are needed; change the surplus")
    visits = known.drop(rng.choice(plain, surplus, replace=False))
    return visits, hazards


def draw_inspections(span: Span) -> pd.DataFrame:
    """Returns the inspections' register: some arrive late, twice, unreadable first and corrected two days later."""
    visits, _ = _drawn(span)
    coded, rng = coded_places(span), span.rng("inspection")
    place = coded.iloc[visits["place"]]
    inspectors = rng.integers(15_000_000_000, 15_999_999_999, 64)
    iso = local_text(visits["at"], "%Y-%m-%dT%H:%M:%S")
    frame = pd.DataFrame(
        {
            "known_at": visits["known"].to_numpy(),
            "id": [f"JC{each:07d}" for each in visits["visit"]],
            "uscc": place["credit_code"].to_numpy(),
            "inspectedAt": [f"{each}+08:00" for each in iso],
            "type": np.where(visits["campaign"].notna(), "CAMPAIGN", visits["kind"]),
            "result": visits["result"].to_numpy(),
            "itemsChecked": np.where(visits["result"] == "REFUSED", np.nan, visits["checked"]),
            "itemsFailed": np.where(visits["result"] == "REFUSED", np.nan, visits["failed"]),
            "campaign": visits["campaign"].to_numpy(),
            "inspectorPhone": [str(each) for each in rng.choice(inspectors, len(visits))],
            "note": np.where(visits["result"] == "REFUSED", "负责人拒绝检查，已当场告知", None),
            "updatedAt": [f"{each}+08:00" for each in local_text(visits["known"], "%Y-%m-%dT%H:%M:%S")],
        }
    )
    twice = frame[rng.random(len(frame)) < TWICE].copy()
    twice["id"], twice["known_at"] = twice["id"] + "-2", twice["known_at"] + 1_200
    hit = rng.random(len(frame)) < (0 if span.is_2020 else NOT_READ)
    broken = spoil(frame[hit], rng, 1.0, columns={"inspectedAt": "bad_time"})
    frame.loc[hit, "known_at"] += 2 * DAY_S
    return pd.concat([frame, broken, twice]).sort_values("known_at", kind="stable").reset_index(drop=True)


def draw_hazards(span: Span) -> pd.DataFrame:
    """Returns the hazards' register: one version when found, one when put right, one when an inspector saw it."""
    visits, hazards = _drawn(span)
    coded, rng = coded_places(span), span.rng("hazard")
    hazards = hazards[hazards["visit"].isin(visits["visit"])].reset_index(drop=True)
    known = hazards["visit"].map(visits.set_index("visit")["known"]).to_numpy()
    due = np.where(rng.random(len(hazards)) < NO_DUE, NEVER, hazards["due"])
    seen = [(hazards["found"], NEVER, NEVER), (hazards["rectified"], hazards["rectified"], NEVER)]
    seen.append((hazards["verified"], hazards["rectified"], hazards["verified"]))
    parts = []
    for number, (at, rectified, verified) in enumerate(seen):
        frame = pd.DataFrame(
            {
                "known_at": known if number == 0 else at + rng.integers(300, 9_000, len(hazards)),
                "no": [f"YH{each:07d}" for each in range(len(hazards))],
                "inspection": [f"JC{each:07d}" for each in hazards["visit"]],
                "place": coded["credit_code"].to_numpy()[hazards["place"]],
                "item": [f"YH{each + 1:02d}" for each in hazards["item"]],
                "level": np.where(hazards["is_major"], "重大隐患", "一般隐患"),
                "found": local_text(hazards["found"]),
                "due": local_text(due, "%Y-%m-%d"),
                "rectified": local_text(np.broadcast_to(rectified, len(hazards))),
                "verified": local_text(np.broadcast_to(verified, len(hazards))),
                "detail": "现场检查发现，已下发整改通知",
                "updated": local_text(at),
            }
        )
        parts.append(frame[np.asarray(at) <= span.end])
    whole = pd.concat(parts)
    whole["known_at"] = whole.groupby("no")["known_at"].cummax()
    whole = spoil(whole, rng, 0.003, columns={"item": "unknown_code"})
    if span.is_2020:
        whole["known_at"] = np.minimum(whole["known_at"], span.end)
    return whole.sort_values("known_at", kind="stable").reset_index(drop=True)
