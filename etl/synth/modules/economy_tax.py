"""Taxes booked for the demonstration town's firms (税款入库): who pays what, every month or every quarter."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from etl.synth.modules.ground import businesses, local_text, spoil
from etl.synth.plan import local_day
from etl.synth.register import DAY_S, Register, Span
from etl.synth.workclock import LOCAL_SECONDS

PAYER_COUNT = 8_000
MONTHLY_SHARE = 0.16  # general taxpayers file every month, small ones every quarter
MONTHS_BACK = 25
# Shares of the payers among the classes; landlords of single flats hardly appear.
CLASS_WEIGHT = {
    "general": 1.0,
    "labour_intensive": 1.0,
    "crowded": 0.9,
    "security_venue": 0.8,
    "hazchem": 1.0,
}
OTHER_WEIGHT = {"construction": 1.0, "street_shop": 0.16, "rental": 0.02}
# Tax of a month per employee, yuan.
PER_HEAD = {"software": 2600, "wholesale": 2100, "chemical": 2300, "manufacturing": 1500, "logistics": 1100}
PER_HEAD_OTHER = 800
SEASON = (1.25, 0.72, 0.88, 1.12, 0.94, 0.98, 1.15, 0.9, 0.96, 1.1, 0.93, 1.07)
VAT, INCOME, PERSONAL = "01", "04", "06"
DUE_DAY = 16  # taxes of a month or quarter are booked by the middle of the next month


@cache
def payers(span: Span) -> pd.DataFrame:
    """Returns the paying firms: credit_code, opened_at, closed_at, base_yuan (a month), growth, is_monthly."""
    rng = span.rng("economy payers")
    firms = businesses(span)
    weight = firms["class8_code"].map(CLASS_WEIGHT | OTHER_WEIGHT).to_numpy()
    chosen = firms.iloc[np.sort(rng.choice(len(firms), PAYER_COUNT, replace=False, p=weight / weight.sum()))]
    head = chosen["industry_code"].map(PER_HEAD).fillna(PER_HEAD_OTHER).to_numpy()
    size = chosen["employee_count"].to_numpy() ** 1.12 * head * rng.lognormal(-1.35, 1.2, PAYER_COUNT)
    rank = np.argsort(np.argsort(-size))
    return pd.DataFrame(
        {
            "credit_code": chosen["credit_code"].to_numpy(),
            "opened_at": chosen["opened_at"].to_numpy(),
            "closed_at": chosen["closed_at"].to_numpy(),
            "base_yuan": size,
            "growth": rng.normal(0.01, 0.14, PAYER_COUNT),
            "is_monthly": rank < MONTHLY_SHARE * PAYER_COUNT,
        }
    )


def draw_payments(span: Span) -> pd.DataFrame:
    """Returns the payments of the last two years and a month; some were corrected, some are refunds."""
    rng = span.rng("tax_payment")
    last = local_day(span.end)
    month = last.year * 12 + last.month - 1
    frame = pd.concat(
        [_month(span, number, rng) for number in range(month - MONTHS_BACK - 2, month)], ignore_index=True
    )
    frame.insert(1, "税票号码", [f"3330{number:012d}" for number in range(len(frame))])
    fixed = frame.sample(frac=0.002, random_state=7)
    fixed = fixed.assign(
        known_at=fixed["known_at"] + 9 * DAY_S, 金额=np.round(fixed["金额"].astype(float) * 0.97, 2)
    )
    frame = pd.concat([frame, fixed], ignore_index=True).sort_values("known_at", kind="stable")
    frame["更新时间"] = local_text(frame["known_at"].to_numpy())
    return spoil(frame, rng, 0.0006, columns={"入库日期": "missing", "征收项目": "unknown_code"})


def _month(span: Span, number: int, rng: np.random.Generator) -> pd.DataFrame:
    """Returns what is booked in the month after month `number` (year * 12 + month - 1) for that month or its quarter."""
    year, month = divmod(number, 12)
    firms = payers(span)
    begun, ended = _seconds(year, month), _seconds(*divmod(number + 1, 12))
    is_quarter = month % 3 == 2
    alive = (firms["opened_at"] < ended) & (firms["closed_at"] > begun)
    firms = firms[alive & (firms["is_monthly"] | is_quarter)]
    years = (number - (payers_year(span) * 12)) / 12
    trend = (1 + firms["growth"].to_numpy()) ** years * SEASON[month]
    due = firms["base_yuan"].to_numpy() * trend * np.where(firms["is_monthly"], 1, 2.6)
    parts = [_kind(firms, due * 0.62, kind=VAT, rng=rng), _kind(firms, due * 0.22, kind=PERSONAL, rng=rng)]
    if is_quarter:
        owes = firms[rng.random(len(firms)) < 0.55]
        parts.append(_kind(owes, due[firms.index.isin(owes.index)] * 0.9, kind=INCOME, rng=rng))
    frame = pd.concat([part.sample(frac=0.93, random_state=rng) for part in parts], ignore_index=True)
    day = np.minimum(rng.gamma(6, 1.7, len(frame)).astype(int), 27)  # most pay just before the limit
    day = np.where(day > DUE_DAY, np.where(rng.random(len(frame)) < 0.7, DUE_DAY - 1, day), day)
    paid = ended + day * DAY_S
    frame["入库日期"] = local_text(paid, "%Y%m%d")
    frame["税款所属期"] = f"{year}{month + 1:02d}"
    frame.insert(0, "known_at", np.maximum(paid + DAY_S + 4 * 3_600, span.start + 7_200))
    return frame


def payers_year(span: Span) -> int:
    """Returns the year in which a firm's base is its own: the year before the span's last."""
    return local_day(span.end).year - 1


def _kind(firms: pd.DataFrame, due: np.ndarray, *, kind: str, rng: np.random.Generator) -> pd.DataFrame:
    amount = due * rng.lognormal(-0.06, 0.35, len(firms))
    if kind == VAT:  # an export refund now and then
        amount = np.where(rng.random(len(firms)) < 0.004, -0.6 * amount, amount)
    return pd.DataFrame(
        {"纳税人识别号": firms["credit_code"].to_numpy(), "征收项目": kind, "金额": np.round(amount, 2)}
    )


def _seconds(year: int, month: int) -> int:
    return int(pd.Timestamp(year=year, month=month + 1, day=1).timestamp()) - LOCAL_SECONDS


REGISTERS = (Register("tax_payment", "parquet", draw_payments, interval_s=DAY_S, months=6),)
