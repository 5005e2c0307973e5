"""民生直达: policies, who is entitled month by month, and what was paid to whom, when and rightly or not."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from etl.synth.modules.common import NEVER, day_seconds, id_numbers, local_text, people, places, spoil
from etl.synth.plan import local_day, months_between
from etl.synth.register import Register, Span

# June to December 2020 as published: payments, people, yuan.
PAYMENTS, PEOPLE, YUAN = 29_560, 23_358, 15_700_800
MONTHS_2020 = [(2020, month) for month in range(6, 13)]
LAST_2020 = day_seconds(date(2020, 12, 31)) - 6 * 3600
A_MONTH = PAYMENTS / len(MONTHS_2020)
GROUPS = ("困难户", "残疾人", "老龄人", "企退人员", "困境儿童")
POOL = np.array([5_200, 3_900, 10_400, 5_600, 900])  # people on the platform, by group
AUTO, APPLY = "免申即享", "依申请"
# number, name, English name, group, mode, standard (None: by case), mean amount, share of the payments, busy months
POLICIES = (
    ("MS01", "困难家庭临时救助", "Temporary relief", 0, APPLY, None, 1480, 0.05, ()),
    (
        "MS02",
        "低保家庭节日慰问",
        "Festival allowance, low-income households",
        0,
        AUTO,
        500,
        500,
        0.09,
        (1, 2, 9),
    ),
    ("MS03", "困难家庭物价补贴", "Price subsidy, low-income households", 0, AUTO, 180, 180, 0.09, ()),
    ("MS04", "困难残疾人生活补贴", "Living allowance, disabled people", 1, AUTO, 430, 430, 0.07, ()),
    ("MS05", "重度残疾人护理补贴", "Care allowance, severely disabled people", 1, AUTO, 600, 600, 0.06, ()),
    ("MS06", "残疾人辅具适配补贴", "Aids for disabled people", 1, APPLY, None, 1060, 0.02, ()),
    ("MS07", "高龄津贴", "Old-age allowance", 2, AUTO, 500, 500, 0.25, ()),
    ("MS08", "居家养老服务补贴", "Home-care subsidy", 2, APPLY, 750, 750, 0.05, ()),
    ("MS09", "重阳节敬老金", "Double Ninth gift", 2, AUTO, 200, 200, 0.10, (9, 10)),
    ("MS10", "企退人员体检补贴", "Health check, company retirees", 3, AUTO, 460, 460, 0.14, ()),
    ("MS11", "企退人员大病慰问", "Serious-illness grant, company retirees", 3, APPLY, None, 1950, 0.02, ()),
    ("MS12", "困境儿童基本生活补贴", "Living allowance, children in need", 4, AUTO, 420, 420, 0.06, ()),
)
SHARE = np.array([policy[7] for policy in POLICIES])
GROUP = np.array([policy[3] for policy in POLICIES])
MEAN = np.array([policy[6] for policy in POLICIES], dtype=float)
IS_FIXED = np.array([policy[5] is not None for policy in POLICIES])
IS_AUTO = np.array([policy[4] == AUTO for policy in POLICIES])


def _season(policy: int, month: int) -> float:
    busy = POLICIES[policy][8]
    return 1.0 if not busy else 3.0 if month in busy else 0.25


def draw_policies(span: Span) -> pd.DataFrame:
    """Returns the twelve policies; in the running town two of them were worded anew once."""
    start = span.start - 86_400
    rows = []
    for number, name, english, group, mode, standard, *_ in POLICIES:
        basis = f"S镇民生直达政策清单第{int(number[2:])}项"
        rows.append((start, number, name, english, GROUPS[group], mode, standard, "2020-06-01", None, basis))
    later = start + 200 * 86_400
    if not span.is_2020:
        rows.append((later, *rows[6][1:9], "S镇民生直达政策清单（修订）第7项"))
    columns = (
        "known_at 政策编号 政策名称 英文名称 适用人群 办理方式 标准（元） 实施日期 终止日期 政策依据".split()
    )
    return pd.DataFrame(rows, columns=columns)


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
        own, of_group = np.flatnonzero(group[person] == number), np.flatnonzero(GROUP == number)
        policy[own] = rng.choice(of_group, len(own), p=SHARE[of_group] / SHARE[of_group].sum())
    month = np.empty(len(person), dtype=int)
    for number in range(len(POLICIES)):
        own = np.flatnonzero(policy == number)
        season = np.array([_season(number, each) for _, each in MONTHS_2020])
        month[own] = rng.choice(len(MONTHS_2020), len(own), p=season / season.sum())
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
        season = np.array([_season(policy, month) for policy in range(len(POLICIES))])
        counts = rng.poisson(A_MONTH * span.scale * SHARE * season)
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
    return life


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
        amount[free[: int(round(YUAN - amount[counted].sum()))]] += 1
    life["amount"] = amount


def draw_entitlements(span: Span) -> pd.DataFrame:
    """Returns the lists of those entitled; who leaves a list is sent again with the day and the reason."""
    life, folk, rng = _life(span), _people(span), span.rng("benefit-list")
    life = life[~life["kind"].isin(["unlisted", "taken_back"])].reset_index(drop=True)
    reason = rng.choice(["迁出", "死亡", "条件变更"], len(life))
    parts = []
    for is_gone in (False, True):
        rows = life[life["gone"] < NEVER] if is_gone else life
        why = reason[rows.index] if is_gone else None
        version = rows["gone"] if is_gone else rows["matched"]
        parts.append(_entitlement_rows(span, rows, folk, told=version.to_numpy(), why=why))
    frame = pd.concat(parts, ignore_index=True)
    broken = {"网格编号": "missing"} if span.is_2020 else {"网格编号": "missing", "比对时间": "bad_time"}
    return spoil(frame, rng, 0.0004, columns=broken)


def _entitlement_rows(
    span: Span, rows: pd.DataFrame, folk: pd.DataFrame, *, told: np.ndarray, why
) -> pd.DataFrame:
    own = folk.iloc[rows["person"].to_numpy()]
    slash = "%Y/%m/%d %H:%M:%S"
    return pd.DataFrame(
        {
            "known_at": told,
            "名单编号": _numbers("YX", span, rows),
            "姓名": own["name"].to_numpy(),
            "身份证号": own["id"].to_numpy(),
            "政策编号": _policy_numbers(rows),
            "享受月份": _month_text(span, rows, "/"),
            "比对时间": local_text(rows["matched"], slash),
            "移出时间": None if why is None else local_text(rows["gone"], slash),
            "移出原因": why,
            "网格编号": own["grid"].to_numpy(),
            "更新时间": local_text(told, slash),
        }
    )


def draw_payments(span: Span) -> pd.DataFrame:
    """Returns every version of every payment: waiting, paid, sent back by the bank, taken back."""
    life, folk = _life(span), _people(span)
    paid = life[life["paid"] < NEVER]
    waits = paid[(paid["paid"] - paid["approved"] > 3_600) & (paid["kind"] != "returned")]
    bounced, taken = life[life["bounced"] < NEVER], life[life["taken"] < NEVER]
    parts = [
        _payment_rows(span, waits, folk, told=waits["approved"], result="待兑付"),
        _payment_rows(span, paid, folk, told=paid["paid"], result="已兑付"),
        _payment_rows(span, bounced, folk, told=bounced["first_paid"], result="已兑付", prefix="ZA"),
        _payment_rows(span, bounced, folk, told=bounced["bounced"], result="银行退回", prefix="ZA"),
        _payment_rows(span, taken, folk, told=taken["taken"], result="错发追回"),
    ]
    frame, rng = pd.concat(parts, ignore_index=True), span.rng("benefit-payment")
    return spoil(
        frame,
        rng,
        0.0004,
        columns={"gridCode": "missing"} if span.is_2020 else {"gridCode": "missing", "amount": "bad_number"},
    )


def _payment_rows(
    span: Span, rows: pd.DataFrame, folk: pd.DataFrame, *, told: pd.Series, result: str, prefix: str = "ZF"
) -> pd.DataFrame:
    own, told = folk.iloc[rows["person"].to_numpy()], told.to_numpy()
    money = rows["first_paid"] if prefix == "ZA" else rows["paid"]
    undone = {"银行退回": rows["bounced"], "错发追回": rows["taken"]}.get(result)
    return pd.DataFrame(
        {
            "known_at": told,
            "payNo": _numbers(prefix, span, rows),
            "payeeName": own["name"].to_numpy(),
            "idCard": own["id"].to_numpy(),
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
            "gridCode": own["grid"].to_numpy(),
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
    Register("benefit_policy", "xlsx", draw_policies, sheet="政策", months=24),
    Register("benefit_entitlement", "csv", draw_entitlements, interval_s=3_600, months=6, encoding="gb18030"),
    Register("benefit_payment", "jsonl", draw_payments, interval_s=3_600, months=6),
)
