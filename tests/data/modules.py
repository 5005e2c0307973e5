"""A small register of places as published: inspections with a deadline, and two marts that say less about whose they are."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from data.catalogue import Catalogue
from data.connection import Store
from data.settings import REPOSITORY
from tests.published import ModuleTable, at, incident, open_store

AS_OF_AT = at("2026-11-20 12:00")
# The inspections' feed goes to here: earlier than the town.
INSPECTED_UNTIL = at("2026-11-19 00:00")
TYPES = {
    **dict.fromkeys(
        "visit_id place_name policy_code colour_code grid_id department_id excluded_code".split(), "VARCHAR"
    ),
    **dict.fromkeys(("due_at", "done_at"), "TIMESTAMP"),
    "due_date": "DATE",
    "fee_yuan": "DOUBLE",
}
MARTS = {
    "mart_visit": """
label: {zh: 走访, en: Visits}
rows: >-
  SELECT *, done_at IS NOT NULL AND done_at <= $as_of_at AS has_ended,
    epoch(least(coalesce(done_at, $as_of_at), $as_of_at) - due_at) / 60 AS watched_minutes
  FROM mart_visit
tables: [mart_visit]
at: due_at
date: due_date
entities: [visit]
entity: visit
key: visit_id
listed: [visit_id, due_at, place_name, colour_code, grid_id]
page: /visits/{visit_id}
dimensions:
  grid_id: grid_id
  department_id: department_id
  colour_code: colour_code
  policy_code: policy_code
  is_red: colour_code = 'red'
keep: [excluded_code]
measures:
  due_count: CAST(excluded_code IS NULL AS INTEGER)
  done_count: CAST(excluded_code IS NULL AND coalesce(done_at <= $as_of_at, false) AS INTEGER)
  excluded_count: CAST(excluded_code IS NOT NULL AS INTEGER)
side: CASE WHEN excluded_code IS NOT NULL THEN 'excluded' WHEN done_at <= $as_of_at THEN 'in_time' ELSE 'late' END
""",
    "mart_fee": """
label: {zh: 费用, en: Fees}
rows: SELECT * FROM mart_visit
tables: [mart_visit]
at: due_at
date: due_date
is_additive: false
entities: [visit]
key: visit_id
listed: [visit_id, fee_yuan]
dimensions: {grid_id: grid_id, colour_code: colour_code}
keep: [excluded_code]
measures: {fee_yuan: fee_yuan, excluded_count: CAST(excluded_code IS NOT NULL AS INTEGER)}
""",
    # Neither says in which grid; the second's rows are the whole town's.
    "mart_office": """
label: {zh: 部门, en: Offices}
rows: SELECT * FROM mart_visit
tables: [mart_visit]
at: due_at
entities: [visit]
key: visit_id
listed: [visit_id, colour_code]
dimensions: {department_id: department_id, colour_code: colour_code}
measures: {row_count: "1"}
""",
    "mart_nobody": """
label: {zh: 无主, en: Nobody's}
rows: SELECT * FROM mart_visit
tables: [mart_visit]
entities: [visit]
key: visit_id
listed: [visit_id]
dimensions: {colour_code: colour_code}
measures: {row_count: "1"}
""",
}
MARTS["mart_everyone"] = MARTS["mart_nobody"] + "is_town_wide: true\n"
FIGURES = {
    "visit_done_pct": ("mart_visit", "rate", "100.0 * sum(done_count) / nullif(sum(due_count), 0)"),
    "visit_due_count": ("mart_visit", "count", "sum(due_count)"),
    "visit_median_yuan": ("mart_fee", "amount", "median(fee_yuan)"),
    "office_count": ("mart_office", "count", "sum(row_count)"),
    "nobody_count": ("mart_nobody", "count", "sum(row_count)"),
    "everyone_count": ("mart_everyone", "count", "sum(row_count)"),
}


OWN_KEYS = ("model", "kind", "value", "sample", "interval", "where")


def definitions(folder: Path) -> Catalogue:
    """Returns the project's definitions with these marts and metrics added."""
    for name in ("metrics", "marts", "rules", "entities"):
        shutil.copytree(REPOSITORY / "data" / name, folder / name)
    text = (folder / "metrics" / "open_count.yaml").read_text(encoding="utf-8")
    kept = "\n".join(line for line in text.splitlines() if line.split(":")[0] not in OWN_KEYS)
    (folder / "entities" / "visit.yaml").write_text("entity: visit\n", encoding="utf-8")
    for name, mart in MARTS.items():
        (folder / "marts" / f"{name}.yaml").write_text(mart, encoding="utf-8")
    for name, (model, kind, value) in FIGURES.items():
        own = [
            f"model: {model}",
            f"kind: {kind}",
            f"value: {value}",
            f"interval: {'none' if kind != 'rate' else 'wilson'}",
        ]
        if kind == "rate":
            own += ["sample: sum(due_count)", "hits: sum(done_count)"]
        elif kind == "count":
            own.append(f"sample: {value}")
        (folder / "metrics" / f"{name}.yaml").write_text("\n".join([kept, *own]), encoding="utf-8")
    own = [
        "model: mart_visit",
        "kind: percentile",
        "percentiles: [50]",
        "where: excluded_code IS NULL",
        "interval: none",
    ]
    (folder / "metrics" / "visit_minutes.yaml").write_text("\n".join([kept, *own]), encoding="utf-8")
    return Catalogue(folder)


def visits() -> list[dict]:
    """Forty visits, one an hour and the last after the feed's watermark; every tenth does not count, three of four are done."""
    return [
        {
            "visit_id": f"v{number:02d}",
            "place_name": f"place {number}",
            "policy_code": f"p{number % 2}",
            "colour_code": ["red", "green"][number % 2],
            "grid_id": ["g1", "g2", "g3", None][number % 4],
            "department_id": ["d1", "d2"][number // 20],
            "excluded_code": "cancelled" if number % 10 == 9 else None,
            "due_at": (due := INSPECTED_UNTIL - timedelta(hours=38 - number)),
            "due_date": (due + timedelta(hours=8)).date(),
            "done_at": due + timedelta(minutes=30) if number % 4 else None,
            "fee_yuan": float(number),
        }
        for number in range(40)
    ]


def tables(build: int = 1) -> list[ModuleTable]:
    """The visits and the names of the policies they follow."""
    names = {"policy_code": "VARCHAR", "name_zh": "VARCHAR", "name_en": "VARCHAR"}
    policies = [{"policy_code": "p0", "name_zh": "惠企", "name_en": "Business support"}]
    return [ModuleTable("mart_visit", TYPES, visits(), build), ModuleTable("dim_policy", names, policies)]


FEEDS = [
    {
        "feed_id": "visits",
        "name_zh": "走访记录",
        "name_en": "Visits",
        "entity_code": "visit",
        "watermark_at": INSPECTED_UNTIL,
        "last_arrival_at": INSPECTED_UNTIL + timedelta(hours=2),
        "last_load_id": 7,
        "row_count": 40,
        "expected_interval_s": 86400,
        "expected_lag_s": 3600,
    }
]


def open_visits(home: Path, **options) -> Store:
    """Publishes three incidents and the visits, and opens them."""
    rows = [incident(number, AS_OF_AT - timedelta(hours=number)) for number in (1, 2, 3)]
    known = {"as_of_at": AS_OF_AT, "modules": tables(), "feeds": FEEDS}
    return open_store(home, rows, **(known | options))
