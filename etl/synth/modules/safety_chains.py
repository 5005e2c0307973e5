"""What follows a visit: hazards found, re-checks until they pass, hazards put right and seen to be (连环复查)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.synth.modules.ground import NEVER

DAY_S = 86_400
LOCAL_S = 8 * 3_600
ROUNDS = 6
REFUSED, MAJOR, FORGOTTEN, AGAIN = 0.004, 0.025, 0.035, 0.22
FAILING = {
    "street_shop": 0.17,
    "security_venue": 0.15,
    "rental": 0.22,
    "hazchem": 0.14,
    "labour_intensive": 0.19,
    "construction": 0.24,
    "crowded": 0.13,
    "general": 0.09,
}
ITEM_COUNT = 12


def working_time(at: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Returns instants moved into working hours of their local day; half of the weekend's go to the Monday after."""
    day = (np.asarray(at) + LOCAL_S) // DAY_S
    weekday = (day + 3) % 7  # 1970-01-01 was a Thursday
    moved = (weekday >= 5) & (rng.random(len(day)) < 0.8)
    day = np.where(moved, day + 7 - weekday, day)
    hour = rng.choice(
        [8, 9, 10, 11, 13, 14, 15, 16, 17], len(day), p=[0.05, 0.15, 0.18, 0.1, 0.06, 0.16, 0.16, 0.1, 0.04]
    )
    return day * DAY_S - LOCAL_S + hour * 3_600 + rng.integers(0, 3_600, len(day))


def follow_up(
    coded: pd.DataFrame, place: np.ndarray, at: np.ndarray, *, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Returns all visits (the given ones and their re-checks) and the hazards.

    Visits: visit, place, at, kind, result, checked, failed. Hazards: visit, place, item, is_major, found, due, rectified,
    verified (UTC seconds, NEVER if not).
    """
    visits, hazards = _first_round(coded, place, at, rng=rng)
    rounds = [visits]
    current = visits[visits["result"] != "PASS"]
    for number in range(ROUNDS):
        held = _next_visits(current, hazards, rng, is_last=number == ROUNDS - 1)
        held = held[held["at"] < coded["closed_at"].to_numpy()[held["place"]]]
        if not len(held):
            break
        held["visit"] = np.arange(len(held)) + sum(len(each) for each in rounds)
        passed = held[held["result"] == "PASS"]
        seen = hazards["first"].map(pd.Series(passed["at"].to_numpy(), index=passed["first"])).to_numpy()
        done = ~np.isnan(seen)
        hazards.loc[done, "verified"] = seen[done].astype(np.int64)
        rounds.append(held)
        current = held[held["result"] != "PASS"]
    _put_right(hazards, rng)
    return pd.concat(rounds, ignore_index=True), hazards.drop(columns="first")


def _first_round(coded: pd.DataFrame, place: np.ndarray, at: np.ndarray, *, rng: np.random.Generator):
    facts = coded.iloc[place]
    odds = facts["class8_code"].map(FAILING).to_numpy() * np.minimum(facts["carelessness"].to_numpy(), 3.5)
    fails = rng.random(len(place)) < np.minimum(odds, 0.8)
    refused = ~fails & (rng.random(len(place)) < REFUSED)
    found = np.where(fails, 1 + rng.poisson(0.55, len(place)), 0)
    number = np.arange(len(place))
    visits = pd.DataFrame(
        {
            "visit": number,
            "first": number,
            "place": place,
            "at": at,
            "kind": "ROUTINE",
            "result": np.select([refused, fails], ["REFUSED", "FAIL"], "PASS"),
            "checked": rng.integers(8, 26, len(place)),
            "failed": found,
        }
    )
    visit = np.repeat(number, found)
    habit = coded["habit"].to_numpy()[place[visit]]
    dangerous = facts["has_hazardous"].to_numpy()[visit]
    hazards = pd.DataFrame(
        {
            "visit": visit,
            "first": visit,
            "place": place[visit],
            "item": np.where(rng.random(len(visit)) < AGAIN, habit, rng.integers(0, ITEM_COUNT, len(visit))),
            "is_major": rng.random(len(visit)) < np.where(dangerous, 4 * MAJOR, MAJOR),
            "found": at[visit],
            "due": at[visit] + rng.choice([3, 7, 15], len(visit), p=[0.3, 0.5, 0.2]) * DAY_S,
            "rectified": NEVER,
            "verified": NEVER,
        }
    )
    return visits, hazards


def _next_visits(
    current: pd.DataFrame, hazards: pd.DataFrame, rng: np.random.Generator, *, is_last: bool
) -> pd.DataFrame:
    """Returns the re-checks of visits that did not pass; a few are forgotten, after major hazards nearly daily."""
    major = set(hazards.loc[hazards["is_major"], "first"])
    is_major = current["first"].isin(major).to_numpy() | (current["result"] == "REFUSED").to_numpy()
    soonest = hazards.groupby("first")["due"].min().reindex(current["first"]).to_numpy(float)
    soonest = np.where(np.isnan(soonest), current["at"] + 2 * DAY_S, np.maximum(soonest, current["at"]))
    late = np.where(
        rng.random(len(current)) < 0.24, rng.exponential(6, len(current)), -rng.exponential(0.8, len(current))
    )
    wait = np.where(
        is_major,
        rng.choice([1, 2, 4], len(current), p=[0.72, 0.22, 0.06]) * DAY_S,
        soonest - current["at"] + late * DAY_S,
    )
    at = working_time(current["at"].to_numpy() + np.maximum(wait, DAY_S).astype(np.int64), rng)
    kept = is_major | (rng.random(len(current)) >= FORGOTTEN)
    passes = (rng.random(len(current)) < np.where(is_major, 0.45, 0.82)) | is_last
    found = np.maximum(1, np.minimum(current["failed"], 2))
    held = current.assign(
        at=at, kind="RECHECK", result=np.where(passes, "PASS", "FAIL"), failed=np.where(passes, 0, found)
    )
    return held[kept].copy()


def _put_right(hazards: pd.DataFrame, rng: np.random.Generator) -> None:
    """Sets when the place says it was put right: before it was seen; of the never seen ones half say so."""
    wait = hazards["verified"] - hazards["found"]
    done = hazards["verified"] < NEVER
    seen = (hazards["found"] + wait * rng.uniform(0.35, 0.97, len(hazards))).where(done, 0).astype(np.int64)
    claimed = ~done & (rng.random(len(hazards)) < 0.5)
    told = hazards["found"] + rng.integers(1, 10, len(hazards)) * DAY_S
    hazards["rectified"] = np.select([done, claimed], [seen, told], NEVER)
