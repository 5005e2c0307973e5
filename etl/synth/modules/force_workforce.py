"""队伍结构: how many grid workers of which age and schooling each community has, told by the quarter; never a name."""

from __future__ import annotations

import pandas as pd

from etl.synth.modules.ground import places, read_table
from etl.synth.register import DAY_S, Register, Span

POSTS = {"full_time": "专职", "part_time": "兼职"}
AGES = ("35岁及以下", "36-45岁", "46-55岁", "56岁及以上", "未报")
SCHOOLS = ("初中及以下", "高中中专", "大专", "本科及以上", "未报")
# post -> shares by age, by schooling; the last is not told
AGE_SHARE = {"专职": (0.34, 0.36, 0.24, 0.05, 0.01), "兼职": (0.10, 0.20, 0.32, 0.35, 0.03)}
SCHOOL_SHARE = {"专职": (0.03, 0.17, 0.45, 0.34, 0.01), "兼职": (0.24, 0.42, 0.22, 0.08, 0.04)}
KEYS = ["area", "post", "age", "edu"]
QUARTER_DAYS = 91


def draw_workforce(span: Span) -> pd.DataFrame:
    """Returns every version of every count: at the start, and each quarter where people came, went or grew older."""
    rng, town = span.rng("workforce"), places(span)
    community = dict(zip(town.grid_ids, town.community_ids, strict=True))
    staff = pd.DataFrame(read_table(span.town_dir / "staff.csv"))
    staff = staff[staff["role_code"].isin(POSTS) & (staff["to"] == "")].drop_duplicates("worker_key")
    people = pd.DataFrame({"area": staff["area_id"].map(community), "post": staff["role_code"].map(POSTS)})
    people["age"] = [rng.choice(AGES, p=AGE_SHARE[post]) for post in people["post"]]
    people["edu"] = [rng.choice(SCHOOLS, p=SCHOOL_SHARE[post]) for post in people["post"]]
    parts, before = [], pd.Series(dtype="int64")
    for day in range(0, span.days, QUARTER_DAYS):
        counts = people.groupby(KEYS).size()
        both = counts.reindex(counts.index.union(before.index), fill_value=0).rename("people")
        changed = both[both != before.reindex(both.index)]
        at = span.start + day * DAY_S + 9 * 3_600
        changed.index.names = KEYS
        parts.append(changed.reset_index().assign(known_at=at, stamp=at * 1_000))
        before = both
        moved = rng.random(len(people)) < 0.03  # somebody else took the post
        people.loc[moved, "age"] = rng.choice(AGES[:3], int(moved.sum()))
        people.loc[moved, "edu"] = rng.choice(SCHOOLS[1:4], int(moved.sum()))
    return pd.concat(parts, ignore_index=True)


REGISTERS = (
    Register("workforce", "json", draw_workforce, interval_s=QUARTER_DAYS * DAY_S, months=6, records="list"),
)
