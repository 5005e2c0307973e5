"""Services to the demonstration town's firms (企业服务): visits, appeals, firms in and out, environment indicators."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.town import Calendar
from data.yamlfile import read_definition
from etl.synth.incidents import NEVER
from etl.synth.modules.ground import businesses, local_text, people, phones, places, spoil
from etl.synth.plan import CLOCK_AHEAD_DAYS, local_day
from etl.synth.register import DAY_S, Register, Span
from etl.synth.workclock import WorkClock

# Employees from which a firm is a key or a regular one, and the mean days between visits in practice.
TIERS = ((100, 78), (20, 165), (10, 400))
PURPOSES = ("A1", "A2", "B1", "B2", "C1")  # 政策宣传 安商稳商 诉求回访 安全提醒 统计核实
DEPARTMENTS = ("经济发展办公室", "市场监管所", "便民服务中心", "综合行政执法队")
TOPICS = (
    "融资贷款",
    "用工招聘",
    "场地租金",
    "停车交通",
    "证照审批",
    "政策兑现",
    "物业配套",
    "子女入学",
    "欠款纠纷",
)
TOPIC_SHARE = (0.12, 0.15, 0.14, 0.17, 0.11, 0.12, 0.11, 0.05, 0.03)
APPEALS_A_DAY = 3.4
ANSWER_WORK_DAYS = 5.0


def draw_visits(span: Span) -> pd.DataFrame:
    """Returns the visits: key firms often, small ones seldom; a house with a steward is visited more evenly."""
    rng = span.rng("firm_visit")
    firms = businesses(span)
    employees = firms["employee_count"].to_numpy()
    rows = []
    for number, (least, days) in enumerate(TIERS):
        most = TIERS[number - 1][0] if number else np.inf
        part = firms[(employees >= least) & (employees < most) & (firms["class8_code"] != "rental")]
        pace = days * rng.gamma(4, 0.25, len(part))  # some are forgotten, some are favourites
        for firm, each in zip(part.itertuples(), pace, strict=True):
            count = rng.poisson((span.days + days) / max(each, 20))
            at = rng.integers(span.start - days * DAY_S, span.end, count)
            rows += [(firm.credit_code, when) for when in at if firm.opened_at < when < firm.closed_at]
    frame = pd.DataFrame(rows, columns=["code", "day"])
    at = _office(span, frame["day"].to_numpy(), rng)
    known = np.maximum(at + rng.integers(1, 30, len(at)) * 3_600, span.start + 7_200)
    order = np.argsort(known, kind="stable")
    visits = pd.DataFrame(
        {
            "known_at": known,
            "走访编号": [f"ZF{number + 1:06d}" for number in np.argsort(order, kind="stable")],
            "统一社会信用代码": frame["code"],
            "走访时间": local_text(at, "%Y-%m-%d %H:%M"),
            "走访类型": rng.choice(PURPOSES, len(at), p=[0.3, 0.28, 0.14, 0.18, 0.1]),
            "走访单位": rng.choice(DEPARTMENTS, len(at), p=[0.6, 0.18, 0.12, 0.1]),
            "是否见到": rng.choice(["是", "否"], len(at), p=[0.91, 0.09]),
            "走访人": people(rng, len(at)),
        }
    ).iloc[order]
    return spoil(visits, rng, 0.003, columns={"走访时间": "bad_time", "走访类型": "unknown_code"})


def _office(span: Span, at: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return _clock(span).next_office(at, rng.random(len(at))).astype(np.int64)


def _clock(span: Span) -> WorkClock:
    calendar = read_definition(span.town_dir / "calendar.yaml", Calendar)
    first = local_day(span.start - 450 * DAY_S)
    return WorkClock(calendar, first=first, days=span.days + 450 + CLOCK_AHEAD_DAYS)


def draw_appeals(span: Span) -> pd.DataFrame:
    """Returns the appeals: a version when raised, when answered and when the firm was asked afterwards."""
    rng = span.rng("firm_appeal")
    clock, firms = _clock(span), businesses(span)
    n = rng.poisson(APPEALS_A_DAY * span.days)
    raised = np.sort(_office(span, rng.integers(span.start, span.end, n), rng))
    weight = np.sqrt(firms["employee_count"].to_numpy()) * (firms["class8_code"] != "rental").to_numpy()
    firm = rng.choice(len(firms), n, p=weight / weight.sum())
    topic = rng.choice(len(TOPICS), n, p=TOPIC_SHARE)
    hard = np.array([1.9, 1.1, 1.5, 1.2, 0.6, 0.9, 0.8, 1.7, 2.2])[topic]
    answered = clock.add_days(raised, np.minimum(rng.lognormal(0.75, 0.75, n) * hard, 90))
    never = (rng.random(n) < 0.03) & (raised > span.end - 200 * DAY_S)  # older ones were closed by somebody
    answered = np.where(never, NEVER, answered)
    is_asked = ~never & (rng.random(n) < 0.86)
    asked = np.where(is_asked, clock.add_days(np.where(never, raised, answered), rng.uniform(1, 6, n)), NEVER)
    solved = rng.random(n) < np.clip(0.9 - 0.16 * (hard - 1), 0.3, 0.95)
    facts = pd.DataFrame(
        {
            "code": firms["credit_code"].to_numpy()[firm],
            "topic": np.array(TOPICS)[topic],
            "raised": raised,
            "due": clock.add_days(raised, np.full(n, ANSWER_WORK_DAYS)),
            "answered": answered,
            "asked": asked,
            "reached": rng.random(n) < 0.83,
            "solved": solved,
            "satisfied": np.where(solved, rng.random(n) < 0.93, rng.random(n) < 0.35),
            "department": rng.choice(DEPARTMENTS, n, p=[0.52, 0.2, 0.2, 0.08]),
            "contact": people(rng, n),
            "phone": phones(rng, n),
        }
    )
    versions = [
        _appeal_version(facts, np.where(facts[event] < NEVER, facts[event] + 900, NEVER))
        for event in ("raised", "answered", "asked")
    ]
    rows = pd.concat(versions, ignore_index=True).sort_values("known_at", kind="stable")
    return spoil(rows, rng, 0.004, columns={"诉求类别": "unknown_code", "提出时间": "bad_time"})


def _appeal_version(facts: pd.DataFrame, known: np.ndarray) -> pd.DataFrame:
    wanted = known < NEVER
    part, at = facts[wanted], known[wanted]
    told = (part["asked"] <= at).to_numpy()
    heard = told & part["reached"].to_numpy()
    return pd.DataFrame(
        {
            "known_at": at,
            "诉求编号": [f"SQ{number + 1:06d}" for number in part.index],
            "企业代码": part["code"].to_numpy(),
            "联系人": part["contact"].to_numpy(),
            "联系电话": part["phone"].to_numpy(),
            "诉求类别": part["topic"].to_numpy(),
            "提出时间": local_text(part["raised"].to_numpy()),
            "答复期限": local_text(part["due"].to_numpy()),
            "承办单位": part["department"].to_numpy(),
            "答复时间": local_text(np.where(part["answered"] <= at, part["answered"], NEVER)),
            "回访时间": local_text(np.where(told, part["asked"], NEVER)),
            "是否接通": np.where(told, np.where(part["reached"], "是", "否"), None),
            "是否解决": np.where(heard, np.where(part["solved"], "是", "否"), None),
            "是否满意": np.where(heard, np.where(part["satisfied"], "是", "否"), None),
            "更新时间": local_text(at),
        }
    )


def draw_firm_events(span: Span) -> pd.DataFrame:
    """Returns the registry's notices: firms founded, moved in, cancelled, moved out, and moved within the town."""
    rng = span.rng("firm_event")
    firms, town = businesses(span), places(span)
    codes, grid = firms["credit_code"].to_numpy(), firms["grid"].to_numpy()
    opened, closed = firms["opened_at"].to_numpy(), firms["closed_at"].to_numpy()
    came = np.flatnonzero((opened >= span.start) & (opened < span.end))
    went = np.flatnonzero((closed >= span.start) & (closed < span.end))
    alive = np.flatnonzero((opened < span.start) & (closed > span.end))
    moved = rng.choice(alive, int(0.035 * len(alive) * span.days / 365), replace=False)
    kinds = [
        (came, np.where(rng.random(len(came)) < 0.16, "迁入", "设立"), opened[came]),
        (went, np.where(rng.random(len(went)) < 0.24, "迁出", "注销"), closed[went]),
        (moved, np.full(len(moved), "镇内变更"), span.start + rng.integers(1, span.days, len(moved)) * DAY_S),
    ]
    who = np.concatenate([each[0] for each in kinds])
    kind, at = np.concatenate([each[1] for each in kinds]), np.concatenate([each[2] for each in kinds])
    is_move = kind == "镇内变更"
    before = np.where(is_move, rng.integers(0, len(town.grid_ids), len(who)), grid[who])
    ids = np.array(town.grid_ids, dtype=object)
    frame = pd.DataFrame(
        {
            "known_at": at + DAY_S + rng.integers(1, 20, len(who)) * 3_600,
            "code": codes[who],
            "kind": kind,
            "date": local_text(at, "%Y-%m-%d"),
            "grid": ids[before],
            "to_grid": np.where(is_move, ids[grid[who]], None),
        }
    ).sort_values("known_at", kind="stable")
    frame.insert(1, "id", [f"BG{number + 1:06d}" for number in range(len(frame))])
    return spoil(frame, rng, 0.004, columns={"kind": "unknown_code", "grid": "missing"})


REGISTERS = (
    Register("firm_visit", "xlsx", draw_visits, interval_s=DAY_S, months=6, sheet="走访台账"),
    Register("firm_appeal", "csv", draw_appeals, interval_s=3_600, months=6, encoding="utf-8-sig"),
    Register("firm_event", "xml", draw_firm_events, interval_s=DAY_S, months=6, record="notice"),
)
