"""智慧党建: activities of the communities, tasks members take on (some of them naming a case of a feed), posts of the boards."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from etl.synth.codes import FEEDS
from etl.synth.incidents import NEVER, Volume
from etl.synth.modules.ground import local_text, people, places, spoil
from etl.synth.modules.party_orgs import community_names, organisations
from etl.synth.plan import Plan, local_day, months_between
from etl.synth.register import AHEAD, DAY_S, Register, Span
from etl.synth.reports import draw_month

# kind -> (share, hour it begins, median of people)
EVENTS = {
    "SHYK": (0.34, 14, 34),
    "ZTDR": (0.22, 9, 48),
    "ZYFW": (0.24, 9, 26),
    "DXXX": (0.15, 19, 30),
    "MZPY": (0.05, 15, 32),
}
EVENTS_PER_MONTH = 2.6
TASKS = ("环境整治", "矛盾调解", "安全排查", "交通劝导", "走访帮扶", "政策宣讲")
TASKS_PER_DAY, CASE_TASKS_PER_MONTH = 7.0, 420
CASE_MONTHS = 5  # tasks name their case since the app for taking them on came into use
CASE_SOURCES = {"city_management": ("数字城管", "CG"), "complaint_12345": ("12345", "GD")}
BOARDS = {"tz": (0.24, 380, "同心"), "jj": (0.2, 620, "以案说法"), "xc": (0.56, 540, "镇里事")}
POSTS_PER_DAY = 1.7
TITLES = ("社区里的一天", "身边的榜样", "政策一图读懂", "案例剖析", "凝心聚力在行动", "群众点赞的小事")


def draw_events(span: Span) -> pd.DataFrame:
    """Returns every version of every activity: announced, held (with who came) or called off."""
    rng = span.rng("party_event")
    areas = list(community_names(span))
    eager = rng.gamma(3.2, EVENTS_PER_MONTH / 3.2, len(areas))  # some communities hold few, some many
    counts = rng.poisson(eager * span.days / 30.4)
    n = int(counts.sum())
    kind = rng.choice(list(EVENTS), n, p=[each[0] for each in EVENTS.values()])
    hour = np.array([EVENTS[name][1] for name in kind]) + rng.integers(-1, 2, n) / 2
    held = span.start + rng.integers(0, span.days, n) * DAY_S + (hour * 3_600).astype(np.int64)
    planned = np.maximum(5, rng.lognormal(np.log([EVENTS[name][2] for name in kind]), 0.4)).astype(int)
    rows = pd.DataFrame({"kind": kind, "held": held, "planned": planned, "area": np.repeat(areas, counts)})
    rows["came"] = np.round(
        planned * np.clip(rng.beta(9, 1.8, n) * rng.choice([1, 1.12], n, p=[0.9, 0.1]), 0, 1.3)
    )
    rows["off"] = np.where(rng.random(n) < 0.03, held - rng.integers(3, 40, n) * 3_600, NEVER)
    rows["mode"] = np.where(rng.random(n) < 0.17, "online", "offline")
    rows["number"] = [f"HD{each:06d}" for each in range(1, n + 1)]
    rows["org"] = rows["area"].map(_first_org(span))
    told = np.where(rng.random(n) < 0.02, NEVER, held + rng.integers(3, 60, n) * 3_600)
    off = (rows["off"] < NEVER).to_numpy()
    before = _event_rows(rows.assign(known=held - rng.integers(2, 9, n) * DAY_S), has_come=False)
    after = _event_rows(rows.assign(known=told)[~off & (told < NEVER)], has_come=True)
    called = _event_rows(rows.assign(known=rows["off"])[off], has_come=False)
    whole = pd.concat([before, after, called], ignore_index=True)
    whole["known_at"] = np.maximum(whole["known_at"], span.start - 3_600)
    return spoil(whole, rng, 0.003, columns={"type": "unknown_code", "mode": "missing"})


def _first_org(span: Span) -> dict[str, str]:
    return organisations(span).drop_duplicates("community").set_index("community")["number"].to_dict()


def _event_rows(rows: pd.DataFrame, *, has_come: bool) -> pd.DataFrame:
    known, off = rows["known"].to_numpy(np.int64), rows["off"].to_numpy(np.int64)
    came = rows["came"] if has_come else [None] * len(rows)
    return pd.DataFrame(
        {
            "known_at": known,
            "activityId": rows["number"],
            "type": rows["kind"],
            "org": [{"code": a, "community": b} for a, b in zip(rows["org"], rows["area"], strict=True)],
            "start": local_text(rows["held"].to_numpy(), "%Y-%m-%dT%H:%M:%S+08:00"),
            "people": [{"planned": a, "attended": b} for a, b in zip(rows["planned"], came, strict=True)],
            "mode": rows["mode"],
            "cancelled": local_text(np.where(off <= known, off, NEVER), "%Y-%m-%dT%H:%M:%S+08:00"),
            "updated": known * 1000,
        }
    )


def draw_tasks(span: Span) -> pd.DataFrame:
    """Returns every version of every task: taken on, done; those of the last months may name their case."""
    rng, cases = span.rng("party_task"), _cases(span)
    counts = rng.poisson(TASKS_PER_DAY * max(span.scale, 0.2), span.days)
    n = int(counts.sum())
    taken = span.start + np.repeat(np.arange(span.days), counts) * DAY_S + rng.integers(8, 20, n) * 3_600
    plain = pd.DataFrame({"taken": taken + rng.integers(0, 3_600, n), "source": "-", "key": "-"})
    plain["area"] = rng.choice(list(community_names(span)), n)
    rows = pd.concat([plain, cases], ignore_index=True).sort_values("taken", kind="stable", ignore_index=True)
    n = len(rows)
    rows["kind"] = np.array(TASKS)[rng.choice(6, n, p=(0.26, 0.16, 0.17, 0.11, 0.21, 0.09))]
    rows["who"] = np.where(rng.random(n) < 0.3, "单位党组织", "在职党员")
    rows["person"] = people(rng, n)
    rows["number"] = [f"RW{each:06d}" for each in range(1, n + 1)]
    orgs = organisations(span)["number"].to_numpy()
    rows["org"] = orgs[rng.integers(0, len(orgs), n)]
    heads = np.where(rows["who"] == "单位党组织", rng.integers(3, 12, n), 1)
    rows["hours"] = np.round(heads * rng.choice([1, 1.5, 2, 3, 4], n), 1)
    done = rows["taken"] + rng.lognormal(np.log(30 * 3_600), 1.0, n).astype(np.int64)
    rows["done"] = np.where(rng.random(n) < 0.05, NEVER, done)
    parts = [_task_rows(rows, is_done=False), _task_rows(rows[rows["done"] < NEVER], is_done=True)]
    return spoil(
        pd.concat(parts, ignore_index=True),
        rng,
        0.003,
        columns={"任务类型": "unknown_code", "服务时长": "missing"},
    )


def _task_rows(rows: pd.DataFrame, *, is_done: bool) -> pd.DataFrame:
    known = rows["done" if is_done else "taken"].to_numpy(np.int64)
    return pd.DataFrame(
        {
            "known_at": known,
            "任务编号": rows["number"],
            "任务类型": rows["kind"],
            "认领方": rows["who"],
            "认领人": rows["person"],
            "组织编号": rows["org"],
            "社区编码": rows["area"],
            "案件来源": rows["source"],
            "案件编号": rows["key"],
            "认领时间": local_text(rows["taken"].to_numpy()),
            "完成时间": local_text(rows["done"].to_numpy()) if is_done else None,
            "服务时长": rows["hours"] if is_done else None,
            "更新时间": local_text(known),
        }
    )


def _cases(span: Span) -> pd.DataFrame:
    """Returns real cases of the last months that members took on: taken (UTC s), source, key, area.

    Cases are picked at random among those of two feeds; the time of taking on knows nothing of how the case goes on,
    so a few are taken on when they are closed already.
    """
    rng, town = span.rng("party-cases"), places(span)
    last = local_day(span.end)
    back = (
        local_day(span.end - int(AHEAD.total_seconds())) - timedelta(days=31 * (CASE_MONTHS - 1))
    ).replace(day=1)
    first = max(span.first, back)
    plan = Plan(
        span.town_dir, Path(), date(first.year, first.month, 1), span.end, span.seed, Volume(span.scale)
    )
    world, clock = plan.world(), plan.clock()
    parts = []
    for month in months_between(first, last):
        report, _ = draw_month(world, month, volume=plan.volume, clock=clock)
        names = np.array([FEEDS.index(feed) for feed in CASE_SOURCES])
        known = np.flatnonzero(np.isin(report["feed"], names) & (report["received"] >= span.start))
        size = min(len(known) // 4, round(CASE_TASKS_PER_MONTH * max(span.scale, 0.1)))
        known = np.sort(rng.permutation(known)[:size])
        source = [CASE_SOURCES[FEEDS[feed]] for feed in report["feed"][known]]
        number = report["report"][known]
        keys = [
            f"{each[1]}{no // 1_000_000}{no % 1_000_000:06d}" for each, no in zip(source, number, strict=True)
        ]
        wait = rng.lognormal(np.log(1.6 * 3_600), 1.1, len(known)).astype(np.int64)
        area = np.array(town.community_ids)[report["point"][known] // town.points_per_grid]
        told = {"taken": report["received"][known] + wait, "source": [each[0] for each in source]}
        parts.append(pd.DataFrame(told | {"key": keys, "area": area}))
    cases = pd.concat(parts, ignore_index=True)
    return cases.assign(key=cases["key"].where(rng.random(len(cases)) > 0.01, "CG000000000000"))


def draw_posts(span: Span) -> pd.DataFrame:
    """Returns every version of every post: an hour, two days and a month after it went out."""
    rng = span.rng("media_post")
    counts = rng.poisson(POSTS_PER_DAY, span.days)
    n = int(counts.sum())
    posted = span.start + np.repeat(np.arange(span.days), counts) * DAY_S + rng.integers(8, 20, n) * 3_600
    board = rng.choice(list(BOARDS), n, p=[each[0] for each in BOARDS.values()])
    final = rng.lognormal(np.log([BOARDS[name][1] for name in board]), 0.8)
    liked = rng.beta(2, 38, n)
    gone = np.where(rng.random(n) < 0.01, posted + 9 * DAY_S, NEVER)
    day = [local_day(int(each)) for each in posted]
    title = [
        f"{BOARDS[name][2]}｜{TITLES[pick]}（{when.month}月{when.day}日）"
        for name, pick, when in zip(board, rng.integers(0, 6, n), day, strict=True)
    ]
    parts = []
    for age, share in ((3_600, 0.18), (2 * DAY_S, 0.8), (30 * DAY_S, 1.0)):
        known, views = posted + age, np.round(final * share).astype(int)
        shut = np.where(gone <= known, gone, NEVER)
        parts.append(
            pd.DataFrame(
                {
                    "known_at": known,
                    "postId": [f"FB{each:05d}" for each in range(1, n + 1)],
                    "board": board,
                    "title": title,
                    "publishedAt": local_text(posted, "%Y-%m-%dT%H:%M:%S+08:00"),
                    "stat": [
                        {"views": int(a), "reactions": int(b)}
                        for a, b in zip(views, views * liked, strict=True)
                    ],
                    "offlineAt": local_text(shut, "%Y-%m-%dT%H:%M:%S+08:00"),
                    "statAt": known,
                }
            )
        )
    return spoil(pd.concat(parts, ignore_index=True), rng, 0.001, columns={"board": "unknown_code"})


REGISTERS = (
    Register("party_event", "json", draw_events, interval_s=21_600, months=12, records="activities"),
    Register(
        "party_task", "csv", draw_tasks, interval_s=3_600, months=6, encoding="utf-8-sig", delimiter=";"
    ),
    Register("media_post", "jsonl", draw_posts, interval_s=DAY_S, months=12),
)
