"""The five-colour map: arithmetic by hand, no false reds, hysteresis, grey for no evidence, a fixed
baseline.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.stats import gamma

from data.listing import listings
from etl.risk import build_risk
from etl.risk_rules import LEVELS, RiskRuleError, load_rules
from etl.risk_score import Evidence, decay, prior, score, settle, window_sum

TOWN = SimpleNamespace(zone=ZoneInfo("Asia/Shanghai"))
AS_OF = datetime(2026, 11, 22, 3, 0)  # 11:00 on 2026-11-22 in town: the cycle of that day
CYCLE = date(2026, 11, 22)
BASELINE = (date(2025, 10, 1), date(2026, 10, 1))  # the 28-day window begins on 2026-10-25
RULES = load_rules(CYCLE)
HISTORY = date(2025, 9, 1)


def make_world(
    incidents: pd.DataFrame, grids: dict[str, float | None], *, cap: int | None = None
) -> duckdb.DuckDBPyConnection:
    """A warehouse with only what the map reads; `incidents` has feed_id, domain_code, grid_id, signal_date,
    severity_level.
    """
    con = duckdb.connect()
    con.register("given", incidents)
    con.execute(
        """
        CREATE TABLE mart_incident AS SELECT CAST(feed_id AS VARCHAR) AS feed_id, CAST(domain_code AS
        VARCHAR) AS domain_code,
            CAST(grid_id AS VARCHAR) AS grid_id, CAST(signal_date AS DATE) AS signal_date,
            CAST(severity_level AS INTEGER) AS severity_level, CAST(cancelled_code AS VARCHAR) AS
            cancelled_code
        FROM given;
        CREATE TABLE dim_area (area_id VARCHAR, level_code VARCHAR, population_count DOUBLE, road_km DOUBLE);
        CREATE TABLE dim_domain (domain_code VARCHAR, name_zh VARCHAR, name_en VARCHAR, exposure VARCHAR,
        cap_level INTEGER); CREATE TABLE dim_feed (feed_id VARCHAR, history_from TIMESTAMP); CREATE TABLE
        mart_feed (feed_id VARCHAR, watermark_at TIMESTAMP);
        """
    )
    con.executemany(
        "INSERT INTO dim_area VALUES (?, 'grid', ?, 1)", [[name, people] for name, people in grids.items()]
    )
    con.execute("INSERT INTO dim_area VALUES ('town', 'town', 1e6, 1)")
    con.execute("INSERT INTO dim_domain VALUES ('police', '警情', 'Police', 'population_count', ?)", [cap])
    con.execute("INSERT INTO dim_feed SELECT DISTINCT feed_id, TIMESTAMP '2025-09-01' FROM mart_incident")
    con.execute(
        "INSERT INTO mart_feed SELECT DISTINCT feed_id, TIMESTAMP '2026-11-22 02:00' FROM mart_incident"
    )
    return con


def rows(
    grid_id: str, days: list[date], *, domain: str = "police", feed: str = "110", severity: int | None = 1
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "feed_id": feed,
            "domain_code": domain,
            "grid_id": grid_id,
            "signal_date": days,
            "severity_level": pd.Series([severity] * len(days), dtype="Int64"),
            "cancelled_code": pd.Series([None] * len(days), dtype="str"),
        }
    )


def steady(grid_id: str, per_day: float, *, until: date = CYCLE, **more: object) -> pd.DataFrame:
    """The same rate every day since the history began, placed evenly."""
    length = (until - HISTORY).days
    counts = np.diff(np.floor(np.arange(length + 1) * per_day + 1e-9)).astype(int)
    days = [HISTORY + timedelta(days=day) for day, count in enumerate(counts) for _ in range(count)]
    return rows(grid_id, days, **more)


def newest(con: duckdb.DuckDBPyConnection, domain: str = "police") -> pd.DataFrame:
    frame = con.execute(
        "SELECT * FROM mart_risk WHERE cycle_date = ? AND domain_code = ?", [CYCLE, domain]
    ).df()
    return frame.set_index("grid_id")


def test_cell_by_hand() -> None:
    """Three grids with 1000 people each; every figure below is worked out without the engine."""
    quiet = [steady("a", 0.5), steady("b", 0.5)]
    busy = [steady("c", 0.5, until=date(2026, 10, 25)), rows("c", [date(2026, 11, 21)] * 40)]
    con = make_world(pd.concat([*quiet, *busy]), {"a": 1000, "b": 1000, "c": 1000})
    build_risk(con, TOWN, as_of_at=AS_OF, cycles=3)
    cell = newest(con).loc["c"]

    weights = [0.5 ** (age / 14) for age in range(28)]
    # 365 baseline days from 2025-10-01: day k of history brings floor(k/2) incidents, so 182 or 183 per grid.
    base_days = (BASELINE[1] - BASELINE[0]).days
    first = (BASELINE[0] - HISTORY).days
    per_grid = (first + base_days) // 2 - first // 2
    assert base_days == 365 and per_grid in (182, 183)
    assert cell.incident_count == 40
    assert cell.weighted_count == pytest.approx(40.0)  # all on the newest day: age 0, weight 1
    assert cell.town_rate == pytest.approx(3 * per_grid / 365 / 3000)
    assert cell.expected_count == pytest.approx(per_grid / 365 * 28)
    # Effective counts: divided by sum(w^2)/sum(w).
    scale = sum(w * w for w in weights) / sum(weights)
    expected = per_grid / 365 * sum(weights) / scale
    offset = (CYCLE - HISTORY).days
    seen = {day for day in range(offset - 28, offset) if (day + 1) // 2 > day // 2}
    quiet_count = sum(weights[offset - 1 - day] for day in seen) / scale
    counts = np.array([quiet_count, quiet_count, 40 / scale])
    level = (counts.sum() + 0.5) / (3 * expected + 0.5)
    chi = ((counts - level * expected) ** 2 / expected).sum()
    spread = (chi - 2 * level) / (3 * expected - expected)
    beta = level / max(spread, level / (3 * expected))
    # All 40 weigh 1, more than the mean age of a window allows, so the cell counts as 40, not as 40 / scale.
    expected, counts = expected * scale, counts * scale
    assert counts[2] == pytest.approx(40)
    ratio = (level * beta + counts[2]) / (beta + expected)
    assert cell.ratio == pytest.approx(ratio)
    assert cell.rate == pytest.approx(ratio * cell.town_rate)
    sure = gamma.sf(1.5, level * beta + counts[2], scale=1 / (beta + expected))
    assert sure > 0.9 and cell.class_code == "red" and cell.class_level == 5
    assert cell.exceed_pct == pytest.approx(100 * sure)


def test_severity_widens_the_posterior() -> None:
    """Ten incidents of weight 8 are ten pieces of evidence, not eighty."""
    plain = Evidence(
        *(np.full((1, 1, 2), value) for value in (80.0, 80, 80, 44.0, 44)), scale=np.array([[1.0]])
    )
    heavy = Evidence(
        *(np.full((1, 1, 2), value) for value in (80.0, 640, 10, 44.0, 5.5)), scale=np.array([[8.0]])
    )
    lone = Evidence(
        *(np.full((1, 1, 2), value) for value in (80.0, 640, 10, 44.0, 5.5)), scale=np.array([[1.0]])
    )
    sure_plain = score(plain, RULES, domain_codes=["police"])
    sure_heavy = score(heavy, RULES, domain_codes=["police"])
    assert sure_plain.level[0, 0, 0] == LEVELS["red"]
    assert sure_heavy.level[0, 0, 0] < LEVELS["red"]
    assert sure_heavy.ratio[0, 0, 0] == pytest.approx(sure_plain.ratio[0, 0, 0], rel=0.05)
    assert score(lone, RULES, domain_codes=["police"]).exceed[0, 0, 0] < sure_plain.exceed[0, 0, 0]


def null_evidence(seed: int, mean: float = 4.0) -> Evidence:
    """125 grids of very unequal size with the same true rate, severities and ages as real incidents have
    them.
    """
    random = np.random.default_rng(seed)
    people = random.lognormal(sigma=0.6, size=125)
    expected_count = people / people.mean() * mean
    count = random.poisson(expected_count)
    kernel = decay(RULES)
    severities, shares = np.array([1.0, 2, 3, 5]), np.array([0.6, 0.3, 0.08, 0.02])
    total, owner = count.sum(), np.repeat(np.arange(125), count)
    weight = kernel[random.integers(0, 28, total)] * random.choice(severities, total, p=shares)
    mean_weight = (severities * shares).sum() * kernel.mean()
    scale = ((severities**2 * shares).sum() / (severities * shares).sum()) * (kernel**2).sum() / kernel.sum()
    return Evidence(
        weighted=np.bincount(owner, weight, 125)[None, None],
        squared=np.bincount(owner, weight**2, 125)[None, None],
        count=count[None, None],
        expected=(expected_count * mean_weight)[None, None],
        expected_count=expected_count[None, None],
        scale=np.array([[scale]]),
    )


@pytest.mark.parametrize(
    ("mean", "reds", "raw_least"), [(0.2, 0, 10), (1.0, 3, 20), (4.0, 0, 7), (12.0, 0, 1), (50.0, 0, 0.01)]
)
def test_null_map_paints_no_red(mean: float, reds: int, raw_least: float) -> None:
    """No real differences, 300 maps of 125 grids: no red where the raw-rate rule paints several on every map.

    `mean` is the incidents expected per grid. About one per grid is the hardest: one red in a hundred maps.
    """
    engine_red = engine_orange = raw_red = 0
    for seed in range(300):
        evidence = null_evidence(seed, mean)
        level = score(evidence, RULES, domain_codes=["police"]).level
        engine_red += int((level == LEVELS["red"]).sum())
        engine_orange += int((level == LEVELS["orange"]).sum())
        raw_red += int((evidence.count / evidence.expected_count > 1.5).sum())
    assert engine_red <= reds
    assert engine_orange / 300 < 0.3
    assert raw_red / 300 > raw_least


def test_null_map_through_the_tables() -> None:
    """The same on real tables: a year of equal rates, 60 grids, not one red or orange cell in any cycle."""
    random = np.random.default_rng(7)
    people = random.lognormal(mean=7, sigma=0.6, size=60)
    days = (CYCLE - HISTORY).days
    counts = random.poisson(np.outer(people / people.sum() * 12, np.ones(days)))
    grid, day = np.repeat(np.indices(counts.shape).reshape(2, -1), counts.reshape(-1), axis=1)
    frame = pd.DataFrame(
        {
            "feed_id": "110",
            "domain_code": "police",
            "grid_id": [f"g{index:03d}" for index in grid],
            "signal_date": pd.Timestamp(HISTORY) + pd.to_timedelta(day, unit="D"),
            "severity_level": random.choice([1, 2, 3], len(grid)),
            "cancelled_code": pd.Series([None] * len(grid), dtype="str"),
        }
    )
    con = make_world(frame, {f"g{index:03d}": float(value) for index, value in enumerate(people)})
    build_risk(con, TOWN, as_of_at=AS_OF)
    found = con.execute(
        "SELECT class_code, count(*) FROM mart_risk WHERE domain_code = 'police' GROUP BY 1"
    ).fetchall()
    assert sum(count for _, count in found) == 60 * 60
    assert not {"red", "orange", "none"} & {code for code, _ in found}


def test_posterior_is_calibrated() -> None:
    """When grids truly differ by a Gamma law, cells with a stated probability come true about that often."""
    random = np.random.default_rng(11)
    stated, came_true = [], []
    for _ in range(200):
        expected = random.lognormal(mean=2, sigma=0.5, size=125)
        truth = random.gamma(shape=4, scale=1 / 4, size=125)
        effective = random.poisson(truth * expected).astype(float)
        alpha, beta = prior(effective[None, None], expected[None, None])
        stated.append(gamma.sf(1.25, alpha + effective, scale=1 / (beta + expected)).reshape(-1))
        came_true.append(truth > 1.25)
    stated, came_true = np.concatenate(stated), np.concatenate(came_true)
    for low, high in [(0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 0.9), (0.9, 1.0)]:
        chosen = (stated >= low) & (stated < high)
        assert came_true[chosen].mean() == pytest.approx(stated[chosen].mean(), abs=0.03)


def test_truly_risky_grid_is_found() -> None:
    """One grid in 40 at four times its rate is red, and only it; chance among the others does not hide it."""
    random = np.random.default_rng(3)
    days = np.array([HISTORY + timedelta(days=k) for k in range((CYCLE - HISTORY).days)])
    frames = [
        rows(f"g{index:02d}", np.repeat(days, random.poisson(0.45, len(days))).tolist())
        for index in range(39)
    ]
    rate = np.where(days < date(2026, 10, 25), 0.45, 1.8)
    frames.append(rows("hot", np.repeat(days, random.poisson(rate)).tolist()))
    con = make_world(pd.concat(frames), {**{f"g{index:02d}": 1000.0 for index in range(39)}, "hot": 1000.0})
    build_risk(con, TOWN, as_of_at=AS_OF, cycles=2)
    classes = newest(con).class_code
    assert classes["hot"] == "red"
    assert (classes == "red").sum() == 1


def test_doubling_turns_the_whole_map() -> None:
    """Against a fixed baseline a town that doubles is red everywhere; quantiles of the day would change
    nothing.
    """
    frames = []
    for name in ("a", "b", "c", "d"):
        frames += [steady(name, 2.0, until=date(2026, 10, 25))]
        frames += [rows(name, [date(2026, 10, 25) + timedelta(days=k % 28) for k in range(28 * 4)])]
    con = make_world(pd.concat(frames), dict.fromkeys("abcd", 1000.0))
    build_risk(con, TOWN, as_of_at=AS_OF, cycles=30)
    assert set(newest(con).class_code) == {"red"}
    assert newest(con).ratio.between(1.9, 2.1).all()
    before = con.execute(
        "SELECT DISTINCT class_code FROM mart_risk WHERE cycle_date = '2026-10-25'"
    ).fetchall()
    assert before == [("blue",)]


def test_hysteresis_up_at_once_down_after_two() -> None:
    up, down = LEVELS["red"], LEVELS["blue"]
    raw = np.array([down, up, down, up, down, down, 3, 0, down]).reshape(1, -1, 1)
    assert settle(raw, 2).reshape(-1).tolist() == [down, up, up, up, up, down, 3, 0, down]


def stepwise(raw: list[int]) -> list[int]:
    """The rule as the officials put it, one cycle after the other."""
    shown, lower = [], 0
    for index, level in enumerate(raw):
        held = shown[-1] if shown else 0
        if level == 0 or held == 0 or level >= held:
            shown.append(level)
            lower = 0
            continue
        lower += 1
        if lower >= 2:
            shown.append(max(raw[index - 1], level))
            lower = 1 if level < shown[-1] else 0
        else:
            shown.append(held)
    return shown


def test_hysteresis_equals_the_stepwise_rule() -> None:
    random = np.random.default_rng(5)
    for _ in range(500):
        raw = random.integers(0, 6, size=20)
        assert settle(raw.reshape(1, -1, 1), 2).reshape(-1).tolist() == stepwise(raw.tolist())


def test_history_does_not_depend_on_how_many_cycles_are_built() -> None:
    frame = pd.concat([steady("a", 0.9), steady("b", 0.3), rows("b", [date(2026, 11, 10)] * 12)])
    con = make_world(frame, {"a": 900, "b": 400})
    wanted = (
        "SELECT * EXCLUDE (previous_class_code) FROM mart_risk WHERE cycle_date > '2026-11-12' ORDER BY ALL"
    )
    build_risk(con, TOWN, as_of_at=AS_OF, cycles=60)
    long = con.execute(wanted).df()
    build_risk(con, TOWN, as_of_at=AS_OF, cycles=10)
    pd.testing.assert_frame_equal(con.execute(wanted).df(), long)


def test_grey_without_evidence() -> None:
    """No exposure, no feed, no history: grey and hatched, never green; the overall colour is hatched, not
    hidden.
    """
    con = make_world(
        pd.concat([steady("a", 1.0), steady("b", 1.0), steady("x", 1.0)]), {"a": 1000, "b": 1000, "x": None}
    )
    con.execute("INSERT INTO dim_domain VALUES ('fire', '火情', 'Fire', 'road_km', NULL)")
    build_risk(con, TOWN, as_of_at=AS_OF, cycles=2)
    police, fire, overall = newest(con), newest(con, "fire"), newest(con, "overall")
    assert (
        police.class_code["x"] == "none" and np.isnan(police.ratio["x"]) and pd.isna(police.class_level["x"])
    )
    assert police.incident_count["x"] == 28  # what happened is still told
    assert json.loads(police.reason_text["x"])["notes"] == ["exposure_unknown"]
    assert set(fire.class_code) == {"none"} and fire.is_hatched.all()
    assert json.loads(fire.reason_text["a"])["notes"] == ["no_feed"]
    assert overall.class_code["a"] == "blue" and overall.is_hatched.all()
    assert overall.class_code["x"] == "none" and overall.worst_domain_code.isna()["x"]


def test_young_town_has_no_colours_yet() -> None:
    first = date(2026, 10, 20)
    con = make_world(rows("a", [first + timedelta(days=k) for k in range(33)]), {"a": 1000, "b": 500})
    con.execute("UPDATE dim_feed SET history_from = NULL")
    build_risk(con, TOWN, as_of_at=AS_OF, cycles=2)
    assert set(newest(con).class_code) == {"none"}
    assert json.loads(newest(con).reason_text["a"])["notes"] == ["no_baseline"]


def test_town_before_its_first_file_has_an_empty_map() -> None:
    con = make_world(rows("a", []), {"a": 1000})
    build_risk(con, TOWN, as_of_at=None)
    assert con.execute("SELECT count(*) FROM mart_risk").fetchone() == (0,)
    build_risk(con, TOWN, as_of_at=AS_OF, cycles=2)
    assert newest(con).class_code.to_dict() == {"a": "none"}


def test_thin_and_stale_are_hatched() -> None:
    con = make_world(pd.concat([steady("big", 2.0), steady("small", 0.05)]), {"big": 4000, "small": 100})
    build_risk(con, TOWN, as_of_at=AS_OF, cycles=1)
    assert newest(con).is_hatched.to_dict() == {"big": False, "small": True}
    assert "证据不足" in json.loads(newest(con).reason_text["small"])["zh"]
    con.execute("UPDATE mart_feed SET watermark_at = TIMESTAMP '2026-11-20 00:00'")
    build_risk(con, TOWN, as_of_at=AS_OF, cycles=1)
    assert newest(con).is_hatched.all()
    assert "feed_stale" in json.loads(newest(con).reason_text["big"])["notes"]


def test_the_quiet_a_feed_left_is_not_green() -> None:
    """The only feed ended before the 28 days that are judged: nothing was seen because nobody looked."""
    con = make_world(
        pd.concat([steady(name, 1.0, until=date(2026, 10, 20)) for name in "ab"]), {"a": 1000, "b": 1000}
    )
    con.execute("UPDATE mart_feed SET watermark_at = TIMESTAMP '2026-10-20 00:00'")
    build_risk(con, TOWN, as_of_at=AS_OF, cycles=1)
    assert set(newest(con).class_code) == set(newest(con, "overall").class_code) == {"none"}
    assert json.loads(newest(con).reason_text["a"])["notes"] == ["feed_silent"]


def test_a_feed_that_ended_is_no_fall_of_risk() -> None:
    """Half of the year's counts came from a second feed that ended in September; the other goes on as ever."""
    until = date(2026, 9, 1)
    days = [date(2025, 10, 1) + timedelta(days=k) for k in range((until - date(2025, 10, 1)).days)]
    ended = [rows(name, days, feed="video") for name in "ab"]
    con = make_world(pd.concat([steady("a", 1.0), steady("b", 1.0), *ended]), {"a": 1000, "b": 1000})
    con.execute("UPDATE mart_feed SET watermark_at = TIMESTAMP '2026-09-01 00:00' WHERE feed_id = 'video'")
    build_risk(con, TOWN, as_of_at=AS_OF, cycles=1)
    assert newest(con).ratio.between(0.97, 1.03).all()
    assert "feed_joined" not in json.loads(newest(con).reason_text["a"])["notes"]


def test_overall_is_the_worst_domain_with_caps() -> None:
    hot = [
        steady("a", 1.0, until=date(2026, 10, 25)),
        rows("a", [date(2026, 11, 21)] * 120),
        steady("b", 1.0),
    ]
    calm = [steady("a", 1.0, domain="city"), steady("b", 1.0, domain="city")]
    con = make_world(pd.concat([*hot, *calm]), {"a": 1000, "b": 1000}, cap=4)
    con.execute("INSERT INTO dim_domain VALUES ('city', '城管', 'City', 'population_count', NULL)")
    build_risk(con, TOWN, as_of_at=AS_OF, cycles=2)
    assert newest(con).class_code["a"] == "red"
    overall = newest(con, "overall")
    assert overall.class_code["a"] == "orange" and overall.worst_domain_code["a"] == "police"
    assert "capped" in json.loads(overall.reason_text["a"])["notes"]
    con.execute("UPDATE dim_domain SET cap_level = NULL")
    build_risk(con, TOWN, as_of_at=AS_OF, cycles=2)
    assert newest(con, "overall").class_code["a"] == "red"


def test_merging_grids_sums_counts() -> None:
    parts = pd.concat([steady("a", 0.7), steady("b", 0.4), steady("c", 1.1)])
    con = make_world(parts, {"a": 700, "b": 400, "c": 1100})
    build_risk(con, TOWN, as_of_at=AS_OF, cycles=1)
    apart = newest(con)[["incident_count", "weighted_count", "expected_count", "exposure"]]
    con = make_world(parts.assign(grid_id=parts["grid_id"].replace({"b": "a"})), {"a": 1100, "c": 1100})
    build_risk(con, TOWN, as_of_at=AS_OF, cycles=1)
    merged = newest(con)[["incident_count", "weighted_count", "expected_count", "exposure"]]
    pd.testing.assert_series_equal(merged.loc["a"], apart.loc["a"] + apart.loc["b"], check_names=False)


def test_cancelled_and_unplaced_incidents_do_not_count() -> None:
    false_alarm = rows("a", [date(2026, 11, 21)] * 30).assign(cancelled_code="false_alarm")
    unplaced = rows("a", [date(2026, 11, 21)] * 30).assign(grid_id=pd.Series([None] * 30, dtype="str"))
    con = make_world(
        pd.concat([steady("a", 1.0), steady("b", 1.0), false_alarm, unplaced]), {"a": 1000, "b": 1000}
    )
    build_risk(con, TOWN, as_of_at=AS_OF, cycles=1)
    assert newest(con).incident_count.to_dict() == {"a": 28, "b": 28}


def test_feed_that_joined_half_way_is_no_rise_of_risk() -> None:
    """A second feed doubles the counts from June on; each feed is measured against its own days."""
    joined = date(2026, 6, 1)
    extra = [
        rows(name, [joined + timedelta(days=k) for k in range((CYCLE - joined).days)], feed="video")
        for name in "ab"
    ]
    con = make_world(pd.concat([steady("a", 1.0), steady("b", 1.0), *extra]), {"a": 1000, "b": 1000})
    con.execute("UPDATE dim_feed SET history_from = TIMESTAMP '2026-06-01' WHERE feed_id = 'video'")
    build_risk(con, TOWN, as_of_at=AS_OF, cycles=1)
    assert newest(con).ratio.between(0.97, 1.03).all()
    con.execute("UPDATE dim_feed SET history_from = TIMESTAMP '2026-11-01' WHERE feed_id = 'video'")
    build_risk(con, TOWN, as_of_at=AS_OF, cycles=1)
    assert newest(con).ratio.between(0.97, 1.03).all()
    assert "feed_joined" in json.loads(newest(con).reason_text["a"])["notes"]


def test_a_new_cycle_lists_the_grids_that_changed_colour() -> None:
    frame = pd.concat([steady("a", 1.0), steady("b", 1.0), rows("b", [date(2026, 11, 21)] * 60)])
    con = make_world(frame, {"a": 1000, "b": 1000})
    build_risk(
        con, TOWN, as_of_at=AS_OF - timedelta(hours=11)
    )  # midnight in Shanghai: the burst is yesterday's
    changes = con.execute(listings()["risk_changes"].rows).df().set_index(["domain_code", "grid_id"])
    assert set(changes.index) == {("overall", "b"), ("police", "b")}
    assert changes.class_code["police", "b"] == "red"
    assert changes.previous_class_code["police", "b"] != "red"


def test_a_full_town_has_a_row_per_grid_domain_and_cycle() -> None:
    """125 grids, 6 more domains, 60 cycles."""
    con = make_world(steady("g000", 1.0), {f"g{index:03d}": 1000.0 + index for index in range(125)})
    con.execute(
        "INSERT INTO dim_domain SELECT 'd' || i, 'd', 'd', 'population_count', NULL FROM range(6) AS t(i)"
    )
    con.execute(
        """INSERT INTO mart_incident SELECT '110', 'd' || (i % 6), printf('g%03d', i % 125),
               DATE '2025-09-01' + CAST(i % 446 AS INTEGER), 1 + i % 4, NULL FROM range(200000) AS t(i)"""
    )
    build_risk(con, TOWN, as_of_at=AS_OF)
    assert con.execute("SELECT count(*) FROM mart_risk").fetchone() == (125 * 8 * 60,)


def test_rule_mistakes_are_named(tmp_path) -> None:
    con = make_world(steady("a", 1.0), {"a": 1000})
    con.execute("UPDATE dim_domain SET exposure = 'people'")
    with pytest.raises(RiskRuleError, match=r"police.*'people'"):
        build_risk(con, TOWN, as_of_at=AS_OF)
    broken = tmp_path / "risk.yaml"
    broken.write_text("versions: [{valid_from: 2020-01-01, version: x}]", encoding="utf-8")
    with pytest.raises(RiskRuleError, match=r"risk\.yaml version x: window_days is missing"):
        load_rules(CYCLE, path=broken)


def test_window_sum_is_newest_first() -> None:
    daily = np.arange(5.0)
    assert window_sum(daily, np.array([1.0, 0.5])).tolist() == [1.0, 2.5, 4.0, 5.5]


def test_reason_says_that_a_colour_is_held() -> None:
    """A burst that leaves the window's fresh end cools down: the domain and the overall row say why it is still up."""
    burst = [rows("b", [date(2026, 11, 18)] * 40)]
    con = make_world(pd.concat([steady("a", 1.0), steady("b", 1.0), *burst]), {"a": 1000, "b": 1000})
    for back in range(12):
        build_risk(con, TOWN, as_of_at=AS_OF + timedelta(days=back), cycles=1)
        cells = con.execute("SELECT * FROM mart_risk WHERE grid_id = 'b'").df().set_index("domain_code")
        if cells.class_code["police"] != cells.evaluated_class_code["police"]:
            break
    else:
        pytest.fail("the burst never cooled down")
    assert "held" in json.loads(cells.reason_text["police"])["notes"]
    assert "held" in json.loads(cells.reason_text["overall"])["notes"]
