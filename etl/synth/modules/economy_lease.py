"""Leases of the demonstration town's buildings (租约): who holds which unit, from when to when, what comes after."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd

from etl.synth.incidents import NEVER
from etl.synth.modules.economy_building import stock, unit_key
from etl.synth.modules.ground import businesses, local_text, spoil
from etl.synth.register import DAY_S, Register, Span

MOST_UNITS = 10  # of one firm; who needs more sits in several houses
TERMS = (365, 730, 1096, 1826)  # days a contract runs
# Yuan per m2 and day by use; a month is 30.4 days.
RENTS = {"office": 2.6, "mixed": 2.4, "shop": 4.1, "factory": 1.1, "incubator": 1.8}
MONTH_DAYS = 30.4
LET_TWICE = 30  # contracts on a unit that another firm holds: an old one not closed, or a unit let twice
ANSWERS = ("续租", "退租", "未定")


@cache
def stays(span: Span) -> pd.DataFrame:
    """Returns who holds which unit when: unit_no, business_no, since, until (UTC seconds; NEVER: still there).

    A firm takes free units until its area is covered; one that finds none is registered in the house without a lease.
    """
    rng = span.rng("economy stays")
    firms = businesses(span)
    firms = firms[firms["building_no"] >= 0].sort_values("opened_at", kind="stable")
    units = stock(span).units
    rows: list[tuple[int, int, int, int]] = []
    by_building = {number: part for number, part in units.groupby("building_no")}
    for number, part in firms.groupby("building_no"):
        rows += _settle(part, by_building[number], rng)
    frame = pd.DataFrame(rows, columns=["unit_no", "business_no", "since", "until"])
    return frame.merge(firms[["business_no", "credit_code"]], on="business_no").merge(units, on="unit_no")


def _settle(
    firms: pd.DataFrame, units: pd.DataFrame, rng: np.random.Generator
) -> Iterator[tuple[int, int, int, int]]:
    free_from = np.zeros(len(units), dtype=np.int64)
    area, numbers = units["rentable_m2"].to_numpy(), units["unit_no"].to_numpy()
    leaves = rng.random(len(firms)) < 0.18  # gives up its rooms while the firm lives on
    spell = rng.integers(400, 2_400, len(firms)) * DAY_S
    for firm, is_leaving, days in zip(firms.itertuples(), leaves, spell, strict=True):
        until = min(firm.closed_at, firm.opened_at + int(days)) if is_leaving else firm.closed_at
        free = np.flatnonzero(free_from <= firm.opened_at)
        if not len(free):
            continue
        start = rng.integers(0, len(free))
        taken = free[start : start + MOST_UNITS]
        enough = np.searchsorted(np.cumsum(area[taken]), firm.floor_area_m2) + 1
        for unit in taken[:enough]:
            pause = int(rng.integers(5, 240)) * DAY_S  # until the next tenant
            free_from[unit] = NEVER if until >= NEVER else until + pause
            yield int(numbers[unit]), firm.business_no, int(firm.opened_at), int(until)


@cache
def contracts(span: Span) -> pd.DataFrame:
    """Returns the contracts of the stays that matter to the span, in order of signing.

    Columns: since, last_day, signed, left (NEVER: stayed to the end), contacted (NEVER: not asked), answer, credit_code,
    unit_no, rentable_m2, rent_yuan.
    """
    rng = span.rng("economy contracts")
    rows = []
    for stay in stays(span).itertuples():
        since = stay.since
        while since < min(stay.until, span.end):
            days = int(rng.choice(TERMS, p=[0.3, 0.3, 0.32, 0.08]))
            last_day = since + (days - 1) * DAY_S
            is_last = stay.until <= last_day + DAY_S
            left = stay.until if stay.until < last_day - 20 * DAY_S else NEVER
            if min(left, last_day) > span.start - 60 * DAY_S:
                rows.append((stay.Index, since, last_day, left, is_last))
            since = last_day + DAY_S
    frame = pd.DataFrame(rows, columns=["stay", "since", "last_day", "left", "is_last"])
    held = stays(span).iloc[frame["stay"]].reset_index(drop=True)
    frame = pd.concat([frame, held[["unit_no", "building_no", "credit_code", "rentable_m2"]]], axis=1)
    second = frame[frame["left"] == NEVER].sample(LET_TWICE, random_state=int(rng.integers(1 << 30)))
    others = np.roll(second["credit_code"].to_numpy(), 1)
    second = second.assign(credit_code=others, since=second["since"] + 60 * DAY_S, is_last=True)
    frame = pd.concat([frame, second], ignore_index=True)
    return _told(frame, span, rng).sort_values("signed", kind="stable").reset_index(drop=True)


def _told(frame: pd.DataFrame, span: Span, rng: np.random.Generator) -> pd.DataFrame:
    """Adds rent, signing and what the tenant said when asked."""
    n = len(frame)
    use = stock(span).buildings["use"].to_numpy()[frame["building_no"]]
    price = np.array([RENTS[each] for each in use]) * rng.lognormal(0, 0.18, n)
    asked = frame["last_day"].to_numpy() - rng.integers(4, 110, n) * DAY_S + rng.integers(9, 17, n) * 3_600
    is_asked = (rng.random(n) < 0.72) & (frame["left"] == NEVER)
    undecided = rng.random(n) < 0.22
    answer = np.where(undecided, 2, np.where(frame["is_last"], 1, 0))
    renewed = frame["since"] > stays(span)["since"].to_numpy()[frame["stay"]]
    ahead = np.where(renewed, rng.integers(0, 55, n), rng.integers(1, 25, n)) * DAY_S
    return frame.assign(
        rent_yuan=np.round(price * frame["rentable_m2"] * MONTH_DAYS, 2),
        signed=frame["since"].to_numpy() - ahead,
        contacted=np.where(is_asked, asked, NEVER),
        answer=np.array(ANSWERS)[answer],
    )


def draw_leases(span: Span) -> pd.DataFrame:
    """Returns the leases register: a version when signed, when the tenant was asked, when it left early."""
    rng = span.rng("lease")
    frame = contracts(span)
    signed = np.maximum(
        frame["signed"].to_numpy() + 3_600 * rng.integers(10, 60, len(frame)), span.start + 7_200
    )
    versions = [_version(frame, signed, np.full(len(frame), True))]
    for event, lag in (("contacted", 2 * 3_600), ("left", 3 * DAY_S)):
        at = np.maximum(frame[event].to_numpy() + lag, signed + 600)
        versions.append(_version(frame, at, (frame[event] < NEVER).to_numpy()))
    rows = pd.concat(versions, ignore_index=True).sort_values("known_at", kind="stable")
    return spoil(
        rows, rng, 0.002, columns={"终止日期": "bad_time", "面积": "bad_number", "承租方信用代码": "missing"}
    )


def _version(frame: pd.DataFrame, known: np.ndarray, wanted: np.ndarray) -> pd.DataFrame:
    """Returns the wanted contracts as they were known at an instant each."""
    part, at = frame[wanted], known[wanted]
    contacted = np.where(part["contacted"] <= at, part["contacted"], NEVER)
    left = np.where(part["left"] <= at, part["left"], NEVER)
    return pd.DataFrame(
        {
            "known_at": at,
            "合同编号": [f"HT{number + 1:06d}" for number in part.index],
            "单元编号": [unit_key(number) for number in part["unit_no"]],
            "承租方信用代码": part["credit_code"].to_numpy(),
            "签订时间": local_text(part["signed"].to_numpy()),
            "起租日期": local_text(part["since"].to_numpy(), "%Y/%m/%d"),
            "终止日期": local_text(part["last_day"].to_numpy(), "%Y/%m/%d"),
            "实际退租日期": local_text(left, "%Y/%m/%d"),
            "面积": part["rentable_m2"].to_numpy(),
            "月租金": part["rent_yuan"].to_numpy(),
            "联系时间": local_text(contacted),
            "续租意向": np.where(contacted < NEVER, part["answer"], None),
            "更新时间": local_text(at),
        }
    )


REGISTERS = (
    Register("lease", "csv", draw_leases, interval_s=3_600, months=6, encoding="gb18030", delimiter="|"),
)
