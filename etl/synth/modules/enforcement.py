"""What citizens were answered and how they rated it; who looked at the alerts of cameras and drones, and what came of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.synth.handling import spread_minutes
from etl.synth.incidents import NEVER
from etl.synth.modules.enforcement_cases import cases, versions
from etl.synth.modules.ground import local_text, places, spoil
from etl.synth.register import Register, Span
from etl.synth.reports import CITIZEN, VIDEO

HOUR = 3600
LOCAL = 8 * HOUR
GOOD = ("处理得很快，点赞", "已经解决了", "谢谢", "效率不错", "")
BAD = ("过两天又来了", "没有人来处理", "照片拍完就走了", "回复太慢", "问题还在")
# Share of a category's alerts that a drone raised, by day only; street cameras and high points see the rest.
DRONE = {
    **{"illegal_building": 0.65, "sludge": 0.5, "site_safety": 0.5, "dust": 0.45, "river": 0.4, "flood": 0.3},
    **{
        "dump_truck": 0.22,
        "garbage": 0.15,
        "fire_waste": 0.15,
        "illegal_parking": 0.1,
        "street_vendor": 0.06,
    },
    **{"shop_outside": 0.04},
}
NOTICED = ("shop_outside", "illegal_parking", "sludge", "dump_truck")
MEASURES = ("教育劝离", "责令改正", "立案处罚", "移交")


def draw_ratings(span: Span) -> pd.DataFrame:
    """Returns every version of every reply: answered, asked for a rating after the closing, rated by some.

    Whoever is not content rates more often: the mean of the stars says less than it seems to.
    """
    rng = span.rng("citizen_rating")
    report = cases(span)
    own = report[report["feed"] == CITIZEN].reset_index(drop=True)
    count = len(own)
    closed, is_over = own["closed"].to_numpy(), (own["is_void"] | own["is_duplicate"]).to_numpy()
    soon = own["received"].to_numpy() + spread_minutes(rng, 110.0, sigma=1.2, count=count)
    replied = np.where(is_over, closed, np.minimum(soon, closed))
    replied = np.where(rng.random(count) < 0.055, NEVER, replied)
    asked = ~is_over & (closed < NEVER) & (rng.random(count) < 0.97)
    invited = np.where(asked, closed + 90, NEVER)
    days = np.clip((closed - own["reported"].to_numpy()) / 86_400, 0, 20)
    is_happy = rng.random(count) < 0.83 - 0.015 * days
    rates = asked & (rng.random(count) < np.where(is_happy, 0.24, 0.41))
    rated = np.where(rates, invited + spread_minutes(rng, 260.0, sigma=1.2, count=count), NEVER)
    stars = np.where(
        is_happy, rng.choice([4, 5], count, p=[0.3, 0.7]), rng.choice([1, 2, 3], count, p=[0.5, 0.25, 0.25])
    )
    words = np.where(is_happy, rng.choice(GOOD, count), rng.choice(BAD, count))
    own = own.assign(replied=replied, invited=invited, rated=rated, stars=stars, words=words)
    since = np.minimum(np.minimum(replied, invited), NEVER)
    lines = versions(own[since < NEVER], ("replied", "invited", "rated"), since=since[since < NEVER])
    is_rated = lines["rated"] < NEVER
    frame = pd.DataFrame(
        {
            "known_at": lines["known_at"],
            "case_id": lines["key"],
            "updated_at": lines["known_at"],
            "reply_at": _seconds(lines["replied"]),
            "invite_at": _seconds(lines["invited"]),
            "rate_at": _seconds(lines["rated"]),
            "stars": lines["stars"].where(is_rated).astype("Int64").astype(object).where(is_rated, None),
            "comment": lines["words"].where(is_rated & (lines["words"] != ""), None),
        }
    )
    return spoil(frame, span.rng("rating defects"), 0.001, columns={"stars": "bad_number"})


def _seconds(at: pd.Series) -> pd.Series:
    return at.astype("Int64").astype(object).where(at < NEVER, None)


def draw_reviews(span: Span) -> pd.DataFrame:
    """Returns every version of every alert's review: pushed, looked at, noticed to the offender, dealt with."""
    rng = span.rng("alert_review")
    report = cases(span)
    own = report[report["feed"] == VIDEO].reset_index(drop=True)
    count = len(own)
    received = own["received"].to_numpy()
    is_void, is_twice = own["is_void"].to_numpy(), own["is_duplicate"].to_numpy()
    looked = received + spread_minutes(rng, 6.0, sigma=1.0, count=count)
    reviewed = np.where(is_void, np.minimum(looked, own["closed"].to_numpy()), looked)
    reviewed = np.where(rng.random(count) < 0.045, NEVER, reviewed)
    verdict = np.where(is_void, "误报", np.where(is_twice, "重复", "属实"))
    verdict = np.where(rng.random(count) < 0.02, "存疑", verdict)
    is_real = (verdict == "属实") & (reviewed < NEVER)
    tells = is_real & own["category_code"].isin(NOTICED) & (rng.random(count) < 0.58)
    noticed = np.where(tells, reviewed + spread_minutes(rng, 18.0, sigma=0.7, count=count), NEVER)
    dealt = np.where(
        is_real & (rng.random(count) < 0.9), np.maximum(own["handled"].to_numpy(), reviewed), NEVER
    )
    own = own.assign(
        looked=reviewed,
        noticed=noticed,
        dealt=dealt,
        verdict=verdict,
        evidence=np.where(rng.random(count) < 0.04, 0, 1 + rng.poisson(2.2, count)),
        measure=rng.choice(MEASURES, count, p=[0.52, 0.31, 0.13, 0.04]),
        device=_devices(own, rng),
    )
    lines = versions(own, ("looked", "noticed", "dealt"), since=received + 5)
    return spoil(
        _review_lines(span, lines), span.rng("review defects"), 0.002, columns={"处理方式": "unknown_code"}
    )


def _review_lines(span: Span, lines: pd.DataFrame) -> pd.DataFrame:
    town = places(span)
    grid = np.array(town.grid_ids)[lines["point"] // town.points_per_grid]
    number = (lines["point"] % town.points_per_grid // 6).astype(str).str.zfill(2)
    post = pd.Series(np.where(lines["device"] == "无人机", "UAV-", "CAM-")) + grid + "-" + number
    is_looked = lines["looked"] < NEVER
    return pd.DataFrame(
        {
            "known_at": lines["known_at"],
            "预警编号": lines["key"],
            "设备类型": lines["device"],
            "设备编号": post,
            "复核时间": local_text(lines["looked"]),
            "复核结论": lines["verdict"].where(is_looked, None),
            "凭证数": lines["evidence"],
            "告知时间": local_text(lines["noticed"]),
            "处理方式": lines["measure"].where(lines["dealt"] < NEVER, None),
            "更新时间": local_text(lines["known_at"]),
        }
    )


def _devices(own: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Drones fly by day; some of what fixed cameras see is seen from high points."""
    hour = (own["reported"].to_numpy() + LOCAL) // HOUR % 24
    share = own["category_code"].map(DRONE).fillna(0.0).to_numpy() * np.where(
        (hour >= 7) & (hour < 18), 1.5, 0.0
    )
    fixed = np.where(rng.random(len(own)) < 0.15, "高点", "监控")
    return np.where(rng.random(len(own)) < share, "无人机", fixed)


REGISTERS = (
    Register("citizen_rating", "jsonl", draw_ratings, interval_s=3600, months=6),
    Register(
        "alert_review", "csv", draw_reviews, interval_s=3600, months=6, encoding="utf-8-sig", delimiter="|"
    ),
)
