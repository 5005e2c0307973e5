"""民生直达: policies, who is entitled month by month, and what was paid to whom, when and rightly or not."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from etl.synth.modules.ground import NEVER, day_seconds, id_numbers, local_text, people, places, spoil
from etl.synth.modules.livelihood_policy import (
    APPLY,
    AUTO,
    GROUP,
    IS_AUTO,
    IS_FIXED,
    MEAN,
    POLICIES,
    SHARE,
    season,
)
from etl.synth.plan import local_day, months_between
from etl.synth.register import Register, Span

# June to December 2020 as published: payments, people, yuan.
PAYMENTS, PEOPLE, YUAN = 29_560, 23_358, 15_700_800
MONTHS_2020 = [(2020, month) for month in range(6, 13)]
LAST_2020 = day_seconds(date(2020, 12, 31)) - 6 * 3600
A_MONTH = PAYMENTS / len(MONTHS_2020)
POOL = np.array([5_200, 3_900, 10_400, 5_600, 900])  # people on the platform, by group


def _slots(span: Span) -> pd.DataFrame:
    """Returns what is rightly or wrongly paid in the end: person, policy, month; each once."""
    slots = _slots_2020(span) if span.is_2020 else _slots_running(span)
    return slots.drop_duplicates(["person", "policy", "month"], ignore_index=True)


def _slots_2020(span: Span) -> pd.DataFrame:
    """Returns exactly the published number of payments to exactly the published number of people."""
    rng = span.rng("benefit-2020")
    weight = np.bincount(GROUP, SHARE)
    group = np.repeat(
        np.arange(5), np.diff(np.round(np.cumsum([0, *weight]) / weight.sum() * PEOPLE).astype(int))
    )
    again = rng.choice(PEOPLE, PAYMENTS - PEOPLE, replace=False)
    person = np.concatenate([np.arange(PEOPLE), again])
    policy = np.empty(len(person), dtype=int)
    for number in range(5):
        own, of_group = np.flatnonzero(group[person] == number), np.flatnonzero(number == GROUP)
        policy[own] = rng.choice(of_group, len(own), p=SHARE[of_group] / SHARE[of_group].sum())
    month = np.empty(len(person), dtype=int)
    for number in range(len(POLICIES)):
        own = np.flatnonzero(policy == number)
        busy = np.array([season(number, each) for _, each in MONTHS_2020])
        month[own] = rng.choice(len(MONTHS_2020), len(own), p=busy / busy.sum())
    first = np.full(PEOPLE, -1)
    first[person[:PEOPLE]] = policy[:PEOPLE] * 100 + month[:PEOPLE]
    same = np.flatnonzero(policy[PEOPLE:] * 100 + month[PEOPLE:] == first[again]) + PEOPLE
    month[same] = (month[same] + 1) % len(MONTHS_2020)
    return pd.DataFrame({"person": person, "policy": policy, "month": month})


def _slots_running(span: Span) -> pd.DataFrame:
    """Returns the months of a running town, each drawn on its own so that history and stream agree."""
    edges = np.cumsum([0, *np.maximum(POOL * span.scale, 40).astype(int)])
    parts = []
    for number, (year, month) in enumerate(_months(span)):
        rng = span.rng(f"benefit-{year}-{month}")
        busy = np.array([season(policy, month) for policy in range(len(POLICIES))])
        counts = rng.poisson(A_MONTH * span.scale * SHARE * busy)
        for policy, count in enumerate(counts):
            low, high = edges[GROUP[policy]], edges[GROUP[policy] + 1]
            chosen = low + rng.choice(high - low, min(count, high - low), replace=False)
            parts.append(pd.DataFrame({"person": chosen, "policy": policy, "month": number}))
    return pd.concat(parts, ignore_index=True)


def _months(span: Span) -> list[tuple[int, int]]:
    return MONTHS_2020 if span.is_2020 else months_between(span.first, local_day(span.end))


def _people(span: Span) -> pd.DataFrame:
    """Returns identity number, name and grid of everybody on the platform, by person number."""
    rng = span.rng("benefit-people")
    count = PEOPLE if span.is_2020 else int(np.maximum(POOL * span.scale, 40).astype(int).sum())
    weight = places(span).facts["population_count"].to_numpy(float)
    grid = rng.choice(len(weight), count, p=weight / weight.sum())
    names = [f"{name[0]}**" for name in people(rng, count)]
    return pd.DataFrame(
        {"id": id_numbers(rng, count), "name": names, "grid": np.array(places(span).grid_ids)[grid]}
    )


def _life(span: Span) -> pd.DataFrame:
    """Returns the slots with their instants and what went wrong with them.

    `kind`: right; unlisted (paid, never on the list); gone (paid after leaving the list); returned (first sent back by the
    bank). Beside the slots stand `missed` (on the list, never paid), `left` (left the list unpaid) and `taken_back`.
    """
    slots, rng = _slots(span), span.rng("benefit-life")
    extra = slots.sample(frac=0.022, random_state=int(rng.integers(1 << 30)))
    extra = extra.assign(month=(extra["month"] + 1) % len(_months(span)))
    extra["kind"] = rng.choice(["missed", "left", "taken_back"], len(extra), p=[0.6, 0.25, 0.15])
    slots["kind"] = rng.choice(
        ["right", "unlisted", "gone", "returned"], len(slots), p=[0.9875, 0.0025, 0.003, 0.007]
    )
    life = pd.concat([slots, extra], ignore_index=True)
    life = life.drop_duplicates(["person", "policy", "month"], ignore_index=True)
    _time(span, life, rng)
    _amounts(span, life, rng)
    return life.join(_people(span), on="person")


def _time(span: Span, life: pd.DataFrame, rng: np.random.Generator) -> None:
    n = len(life)
    first = np.array([day_seconds(date(year, month, 1)) for year, month in _months(span)])[life["month"]]
    day = 4 + life["policy"].to_numpy() + rng.integers(0, 4, n)
    weekday = ((first + 8 * 3600) // 86_400 + 3 + day) % 7
    day = day + np.where(weekday == 5, 2, np.where(weekday == 6, 1, 0))
    matched = first + day * 86_400 + rng.integers(9 * 3600, 17 * 3600, n)
    is_auto = IS_AUTO[life["policy"]]
    approved = matched + np.where(is_auto, rng.integers(1, 4, n), rng.lognormal(np.log(1.6 * 86_400), 0.7, n))
    queued = is_auto & (rng.random(n) < 0.07)
    paid = approved + np.where(
        queued, rng.lognormal(np.log(5 * 3600), 0.8, n), rng.lognormal(np.log(11), 0.6, n)
    )
    late = rng.random(n) < 0.009
    paid = np.where(late, paid + rng.integers(12, 45, n) * 86_400, paid)
    sent_back = (life["kind"] == "returned").to_numpy()
    life["first_paid"] = paid.astype(np.int64)
    life["bounced"] = np.where(sent_back, paid + rng.integers(3_600, 2 * 86_400, n), NEVER).astype(np.int64)
    paid = np.where(sent_back, life["bounced"] + rng.integers(1, 7, n) * 86_400, paid)
    paid = np.minimum(paid, LAST_2020) if span.is_2020 else paid
    life["matched"], life["approved"] = matched, np.minimum(approved, paid).astype(np.int64)
    life["paid"] = np.where(life["kind"].isin(["missed", "left"]), NEVER, paid).astype(np.int64)
    taken = np.minimum(paid + rng.integers(4, 26, n) * 86_400, LAST_2020 + 3_600 if span.is_2020 else NEVER)
    life["taken"] = np.where(life["kind"] == "taken_back", taken, NEVER).astype(np.int64)
    gone = np.where(life["kind"] == "gone", matched + 1, matched + rng.integers(3_600, 5 * 86_400, n))
    life["gone"] = np.where(life["kind"].isin(["gone", "left"]), gone, NEVER).astype(np.int64)
    life["applied"] = np.where(is_auto, NEVER, matched - rng.integers(600, 2 * 86_400, n)).astype(np.int64)


def _amounts(span: Span, life: pd.DataFrame, rng: np.random.Generator) -> None:
    policy = life["policy"].to_numpy()
    by_case = np.maximum(np.round(MEAN[policy] * rng.lognormal(-0.08, 0.4, len(life)), -1), 100)
    amount = np.where(IS_FIXED[policy], MEAN[policy], by_case)
    if span.is_2020:  # the rest to the published sum is spread over the amounts decided case by case
        counted = life["kind"].isin(["right", "unlisted", "gone", "returned"]).to_numpy()
        free = np.flatnonzero(counted & ~IS_FIXED[policy])
        rest = YUAN - amount[counted].sum()
        amount[free] += np.floor(rest / len(free))
        amount[free[: round(YUAN - amount[counted].sum())]] += 1
    life["amount"] = amount


def draw_entitlements(span: Span) -> pd.DataFrame:
    """Returns the lists of those entitled; who leaves a list is sent again with the day and the reason."""
    life, rng = _life(span), span.rng("benefit-list")
    life = life[~life["kind"].isin(["unlisted", "taken_back"])].reset_index(drop=True)
    reason = rng.choice(["迁出", "死亡", "条件变更"], len(life))
    parts = []
    for is_gone in (False, True):
        rows = life[life["gone"] < NEVER] if is_gone else life
        why = reason[rows.index] if is_gone else None
        version = rows["gone"] if is_gone else rows["matched"]
        parts.append(_entitlement_rows(span, rows, told=version.to_numpy(), why=why))
    frame = pd.concat(parts, ignore_index=True)
    broken = {"网格编号": "missing"} if span.is_2020 else {"网格编号": "missing", "比对时间": "bad_time"}
    return spoil(frame, rng, 0.0004, columns=broken)


def _entitlement_rows(span: Span, rows: pd.DataFrame, *, told: np.ndarray, why) -> pd.DataFrame:
    slash = "%Y/%m/%d %H:%M:%S"
    return pd.DataFrame(
        {
            "known_at": told,
            "名单编号": _numbers("YX", span, rows),
            "姓名": rows["name"].to_numpy(),
            "身份证号": rows["id"].to_numpy(),
            "政策编号": _policy_numbers(rows),
            "享受月份": _month_text(span, rows, "/"),
            "比对时间": local_text(rows["matched"], slash),
            "移出时间": None if why is None else local_text(rows["gone"], slash),
            "移出原因": why,
            "网格编号": rows["grid"].to_numpy(),
            "更新时间": local_text(told, slash),
        }
    )


def draw_payments(span: Span) -> pd.DataFrame:
    """Returns every version of every payment: waiting, paid, sent back by the bank, taken back."""
    life = _life(span)
    paid = life[life["paid"] < NEVER]
    waits = paid[(paid["paid"] - paid["approved"] > 3_600) & (paid["kind"] != "returned")]
    bounced, taken = life[life["bounced"] < NEVER], life[life["taken"] < NEVER]
    parts = [
        _payment_rows(span, waits, told=waits["approved"], result="待兑付"),
        _payment_rows(span, paid, told=paid["paid"], result="已兑付"),
        _payment_rows(span, bounced, told=bounced["first_paid"], result="已兑付", prefix="ZA"),
        _payment_rows(span, bounced, told=bounced["bounced"], result="银行退回", prefix="ZA"),
        _payment_rows(span, taken, told=taken["taken"], result="错发追回"),
    ]
    frame, rng = pd.concat(parts, ignore_index=True), span.rng("benefit-payment")
    return spoil(
        frame,
        rng,
        0.0004,
        columns={"gridCode": "missing"} if span.is_2020 else {"gridCode": "missing", "amount": "bad_number"},
    )


def _payment_rows(
    span: Span, rows: pd.DataFrame, *, told: pd.Series, result: str, prefix: str = "ZF"
) -> pd.DataFrame:
    told = told.to_numpy()
    money = rows["first_paid"] if prefix == "ZA" else rows["paid"]
    undone = {"银行退回": rows["bounced"], "错发追回": rows["taken"]}.get(result)
    return pd.DataFrame(
        {
            "known_at": told,
            "payNo": _numbers(prefix, span, rows),
            "payeeName": rows["name"].to_numpy(),
            "idCard": rows["id"].to_numpy(),
            "policyNo": _policy_numbers(rows),
            "benefitMonth": _month_text(span, rows, "-"),
            "amount": rows["amount"].to_numpy(),
            "mode": np.where(IS_AUTO[rows["policy"]], AUTO, APPLY),
            "applyTime": local_text(rows["applied"]),
            "matchTime": local_text(rows["matched"]),
            "approveTime": local_text(rows["approved"]),
            "payTime": None if result == "待兑付" else local_text(money),
            "result": result,
            "reverseTime": None if undone is None else local_text(undone),
            "gridCode": rows["grid"].to_numpy(),
            "updateTime": local_text(told),
        }
    )


def _policy_numbers(rows: pd.DataFrame) -> np.ndarray:
    return np.array([policy[0] for policy in POLICIES])[rows["policy"]]


def _month_text(span: Span, rows: pd.DataFrame, mark: str) -> np.ndarray:
    names = [f"{year}{mark}{month:02d}{mark}01" for year, month in _months(span)]
    return np.array(names)[rows["month"]]


def _numbers(prefix: str, span: Span, rows: pd.DataFrame) -> list[str]:
    months = np.array([year * 100 + month for year, month in _months(span)])[rows["month"]]
    return [
        f"{prefix}{month}{policy:02d}{person:06d}"
        for month, policy, person in zip(months, rows["policy"] + 1, rows["person"], strict=True)
    ]


REGISTERS = (
    Register("benefit_entitlement", "csv", draw_entitlements, interval_s=3_600, months=6, encoding="gb18030"),
    Register("benefit_payment", "jsonl", draw_payments, interval_s=3_600, months=6),
)
