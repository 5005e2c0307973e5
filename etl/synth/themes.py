"""What the town talks about for a while (阶段性话题): for a fortnight most reports of a few categories are about one matter."""

from __future__ import annotations

import pandas as pd

from etl.synth.codes import catalog, read_table
from etl.synth.workclock import LOCAL_SECONDS

PERIOD_DAYS = 14
SHIFT_DAYS = 5  # so that turns do not begin on the first of January
TENTHS = 7  # of ten reports of the category, so many are about it
DAY_S = 86_400


def turn_count() -> int:
    """Returns after how many fortnights the themes come round again."""
    return 1 + max(int(row["turn"]) for row in read_table("themes"))


def began(second: int) -> int:
    """Returns the UTC second at which the fortnight of an instant began."""
    day = (second + LOCAL_SECONDS) // DAY_S
    return (day - (day + SHIFT_DAYS) % PERIOD_DAYS) * DAY_S - LOCAL_SECONDS


def themes_at(second: int) -> list[dict[str, str]]:
    """Returns the themes of the fortnight an instant lies in."""
    turn = ((second + LOCAL_SECONDS) // DAY_S + SHIFT_DAYS) // PERIOD_DAYS % turn_count()
    return [row for row in read_table("themes") if int(row["turn"]) == turn]


def theme_rows() -> pd.DataFrame:
    """Returns turn, category (number in the catalogue), theme_clause."""
    number = {row["category_code"]: index for index, row in enumerate(catalog())}
    return pd.DataFrame(
        {"turn": int(row["turn"]), "category": number[row["category_code"]], "theme_clause": row["clause"]}
        for row in read_table("themes")
    )


def turn_sql(column: str) -> str:
    """Returns the SQL of the turn an instant (UTC second) lies in."""
    return f"(({column} + {LOCAL_SECONDS}) // {DAY_S} + {SHIFT_DAYS}) // {PERIOD_DAYS} % {turn_count()}"
