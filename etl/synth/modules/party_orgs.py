"""智慧党建: organisations of communities, offices and firms, and 双报到: who is to check in where they live, and who has."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.synth.modules.ground import NEVER, businesses, local_text, people, phones, places, read_table, spoil
from etl.synth.register import DAY_S, Register, Span
from etl.synth.workclock import LOCAL_SECONDS

# kind -> (median members, spread, how often the secretary's post is empty)
KINDS = {
    "社区党组织": (46, 0.5, 0.02),
    "机关站所党支部": (24, 0.4, 0.02),
    "两新企业党支部": (9, 0.6, 0.09),
    "社会组织党支部": (7, 0.4, 0.13),
    "执法大队党支部": (15, 0.3, 0.03),
}
FIRM_BRANCHES, SOCIAL_BRANCHES, SQUADS = 260, 44, 6
SOCIAL = ("老年协会", "志愿服务协会", "邻里互助社", "文体联合会")
EXCEL_EPOCH_DAYS = 25_569  # days from 1899-12-30 to 1970-01-01
MAYBE_UNKNOWN = 0.012  # organisations that stand on the list and on no register


def community_names(span: Span) -> dict[str, str]:
    """Returns the communities' names by area id."""
    rows = read_table(span.town_dir / "areas.csv")
    return {row["area_id"]: row["name_zh"] for row in rows if row["level"] == "community"}


def organisations(span: Span) -> pd.DataFrame:
    """Returns every organisation: number, name, kind, community, founded (UTC s), members."""
    rng = span.rng("party-organisations")
    names = community_names(span)
    rows = _community_branches(names, rng)
    areas = np.array(list(names))
    for row in read_table(span.town_dir / "departments.csv"):
        rows.append((f"{row['name_zh']}党支部", "机关站所党支部", str(rng.choice(areas))))
    rows += [
        (f"综合执法第{number}中队党支部", "执法大队党支部", str(rng.choice(areas)))
        for number in range(1, SQUADS + 1)
    ]
    for number in range(SOCIAL_BRANCHES):
        area = str(areas[number % len(areas)])
        rows.append((f"{names[area]}{rng.choice(SOCIAL)}党支部", "社会组织党支部", area))
    firms = businesses(span)
    firms = firms[firms["closed_at"] == NEVER].nlargest(FIRM_BRANCHES, "employee_count")
    community = np.array(places(span).community_ids)[firms["grid"].to_numpy()]
    rows += [
        (f"{name}党支部", "两新企业党支部", area) for name, area in zip(firms["name"], community, strict=True)
    ]
    found = pd.DataFrame(rows, columns=["name", "kind", "community"])
    found["number"] = [f"DZZ{each:05d}" for each in range(1, len(found) + 1)]
    found["founded"] = span.start - rng.integers(200, 9_000, len(found)) * DAY_S
    middle = np.array([KINDS[kind][0] for kind in found["kind"]])
    spread = np.array([KINDS[kind][1] for kind in found["kind"]])
    found["members"] = np.maximum(3, rng.lognormal(np.log(middle), spread)).astype(int)
    return found


def _community_branches(names: dict[str, str], rng: np.random.Generator) -> list[tuple[str, str, str]]:
    """Returns name, kind and community of the communities' committees and their branches."""
    rows = [(f"{name}党委", "社区党组织", area) for area, name in names.items()]
    for area, name in names.items():
        count = int(rng.integers(3, 8))
        rows += [(f"{name}第{number}党支部", "社区党组织", area) for number in range(1, count + 1)]
    return rows


def draw_organisations(span: Span) -> pd.DataFrame:
    """Returns every version of every organisation: at the start, and as members, secretaries and branches come and go."""
    rng, orgs = span.rng("party_org"), organisations(span)
    n = len(orgs)
    empty = rng.random(n) < np.array([KINDS[kind][2] for kind in orgs["kind"]])
    secretary = np.where(empty, "空缺", np.array(people(rng, n), dtype=object))
    orgs = orgs.assign(secretary=secretary, phone=phones(rng, n), dissolved=NEVER)
    parts = [orgs.assign(known_at=span.start - 3_600)]
    for day in range(45, span.days, 91):  # the register is told again every quarter, where something changed
        changed = rng.random(n) < 0.4
        orgs = orgs.assign(
            members=np.maximum(3, orgs["members"] + np.where(changed, rng.integers(-2, 4, n), 0))
        )
        leaves, comes = rng.random(n) < 0.02, rng.random(n) < 0.35
        was_empty = (orgs["secretary"] == "空缺").to_numpy()
        fresh = np.array(people(rng, n), dtype=object)
        orgs["secretary"] = np.where(was_empty & comes, fresh, np.where(leaves, "空缺", orgs["secretary"]))
        ends = (rng.random(n) < 0.004) & (orgs["kind"] == "两新企业党支部") & (orgs["dissolved"] == NEVER)
        at = span.start + day * DAY_S + 32_400
        orgs["dissolved"] = np.where(ends, at - 5 * DAY_S, orgs["dissolved"])
        told = changed | leaves | (was_empty & comes) | ends
        parts.append(orgs[told].assign(known_at=at))
    rows = _org_rows(pd.concat(parts, ignore_index=True))
    return spoil(rows, rng, 0.004, columns={"党员数": "missing", "所属社区编码": "unknown_code"})


def _org_rows(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "known_at": rows["known_at"],
            "组织编号": rows["number"],
            "组织名称": rows["name"],
            "组织类别": rows["kind"],
            "所属社区编码": rows["community"],
            "书记": rows["secretary"],
            "联系电话": rows["phone"],
            "成立日期": local_text(rows["founded"].to_numpy(), "%Y/%m/%d"),
            "撤销日期": local_text(rows["dissolved"].to_numpy(), "%Y/%m/%d"),
            "党员数": rows["members"],
            "更新时间": local_text(rows["known_at"].to_numpy()),
        }
    )


def draw_double_reports(span: Span) -> pd.DataFrame:
    """Returns every version of the list: put on it, the organisation checked in, its members as they come."""
    rng, orgs = span.rng("double_report"), organisations(span)
    senders = orgs[orgs["kind"] != "社区党组织"].reset_index(drop=True)
    areas = list(community_names(span))
    rows = []
    for sender in senders.itertuples():
        count = int(rng.integers(1, 4)) if sender.kind == "机关站所党支部" else 1
        for area in {sender.community, *rng.choice(areas, count - 1)}:
            rows.append((sender.number, str(area), max(2, round(sender.members * rng.uniform(0.3, 0.9)))))
    table = pd.DataFrame(rows, columns=["org", "community", "listed"])
    n = len(table)
    lost = rng.random(n) < MAYBE_UNKNOWN
    table["org"] = np.where(lost, "DZZ99" + pd.Series(np.arange(n).astype(str)).str.zfill(3), table["org"])
    table["listed_at"] = span.start - rng.integers(1, 400, n) * DAY_S
    late = rng.random(n) < 0.12
    table["checked"] = np.where(late, NEVER, table["listed_at"] + rng.integers(3, 300, n) * DAY_S)
    table["willing"] = rng.beta(7, 2.2, n)
    return _report_rows(table, span, rng)


def _report_rows(table: pd.DataFrame, span: Span, rng: np.random.Generator) -> pd.DataFrame:
    """Returns the list as it stood at the start, and again every month in which an organisation or members came."""
    parts, before = [], None
    for day in (-1, *range(20, span.days, 30)):
        at = span.start + day * DAY_S + 36_000
        here = (table["checked"] <= at).to_numpy()
        weeks = np.clip((at - table["checked"].to_numpy()) / (30 * DAY_S), 0, 12)
        arrived = np.where(here, np.floor(table["listed"] * table["willing"] * (weeks + 2) / 14), 0).astype(
            int
        )
        state = np.where(here, arrived + 1_000, 0)
        told = np.ones(len(table), bool) if before is None else state != before
        before = state
        serial = (table["checked"].to_numpy() + LOCAL_SECONDS) / DAY_S + EXCEL_EPOCH_DAYS
        rows = pd.DataFrame(
            {
                "known_at": at,
                "单位党组织编号": table["org"],
                "报到社区编码": table["community"],
                "列入名单": (table["listed_at"] + LOCAL_SECONDS) // DAY_S + EXCEL_EPOCH_DAYS,
                "单位报到时间": np.where(here, np.round(serial, 6), np.nan),
                "应报到党员数": table["listed"],
                "已报到党员数": arrived,
                "更新时间": local_text(np.full(len(table), at)),
            }
        )
        parts.append(rows[told])
    return spoil(pd.concat(parts, ignore_index=True), rng, 0.002, columns={"已报到党员数": "bad_number"})


REGISTERS = (
    Register("party_org", "csv", draw_organisations, interval_s=DAY_S, encoding="gb18030"),
    Register("double_report", "xlsx", draw_double_reports, interval_s=DAY_S, sheet="双报到"),
)
