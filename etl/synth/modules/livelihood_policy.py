"""民生直达: the twelve policies, whom they are for and how they are handled."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.synth.register import Register, Span

GROUPS = ("困难户", "残疾人", "老龄人", "企退人员", "困境儿童")
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
# Relief in an emergency and the subsidy for dear prices are not drawn in one month.
EXCLUSIVE = {"MS01": "MS03"}
SHARE = np.array([policy[7] for policy in POLICIES])
GROUP = np.array([policy[3] for policy in POLICIES])
MEAN = np.array([policy[6] for policy in POLICIES], dtype=float)
IS_FIXED = np.array([policy[5] is not None for policy in POLICIES])
IS_AUTO = np.array([policy[4] == AUTO for policy in POLICIES])


def season(policy: int, month: int) -> float:
    """Returns how much busier a policy is in a month of the year than on average."""
    busy = POLICIES[policy][8]
    return 1.0 if not busy else 3.0 if month in busy else 0.25


def draw_policies(span: Span) -> pd.DataFrame:
    """Returns the twelve policies; in the running town one of them was worded anew once."""
    start = span.start - 86_400
    rows = []
    for number, name, english, group, mode, standard, *_ in POLICIES:
        basis = f"S镇民生直达政策清单第{int(number[2:])}项"
        other = EXCLUSIVE.get(number)
        rows.append(
            (start, number, name, english, GROUPS[group], mode, standard, other, "2020-06-01", None, basis)
        )
    later = start + 200 * 86_400
    if not span.is_2020:
        rows.append((later, *rows[6][1:10], "S镇民生直达政策清单（修订）第7项"))
    columns = "known_at 政策编号 政策名称 英文名称 适用人群 办理方式 标准（元） 互斥政策 实施日期 终止日期 政策依据".split()
    return pd.DataFrame(rows, columns=columns)


REGISTERS = (Register("benefit_policy", "xlsx", draw_policies, sheet="政策", months=6, key="政策编号"),)
