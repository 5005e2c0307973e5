"""What every published column means (列字典): one name, one meaning, over all tables."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from data.settings import REPOSITORY
from data.yamlfile import Definition, DefinitionError, nearest_name, read_entries

FOLDER = REPOSITORY / "data" / "columns"
UNITS = Literal[
    "none",
    "count",
    "pct",
    "minutes",
    "seconds",
    "milliseconds",
    "hour",
    "hours",
    "days",
    "yuan",
    "per_1000",
    "level",
    "degrees",
    "m",
    "km",
    "km2",
    "m2",
    "ratio",
    "per_domain",
    "per_exposure",
    "limit_unit",
]


class ColumnError(DefinitionError):
    """A column nobody described, or described twice or wrongly; names the file and the column."""


class Column(Definition):
    """One column name.

    Attributes:
        type: what a value is; instants are naive UTC.
        unit: unit of a number.
        zh: name on Chinese screens.
        en: name on English screens.
        meaning: what it says, and what null means where it may be null.
        meaning_zh: the same in Chinese.
        grade: privacy, 1 open to 4 sensitive personal; from 3 on masked at the door.
    """

    type: Literal["text", "integer", "number", "boolean", "instant", "date", "list"]
    unit: UNITS
    zh: str
    en: str
    meaning: str
    meaning_zh: str = Field(min_length=2)
    grade: int = Field(ge=1, le=4)


def read_columns(folder: Path = FOLDER) -> dict[str, Column]:
    """Returns every described column by name.

    Raises:
        ColumnError: a name in two files, or an entry that is not a column.
    """
    return read_entries(folder, Column, error=ColumnError, twice="column {name!r} is described twice")


@lru_cache(maxsize=1)
def columns() -> dict[str, Column]:
    """Returns the project's own columns by name, read once."""
    return read_columns()


def column(name: str) -> Column:
    """Returns a column's description.

    Raises:
        ColumnError: nobody described it; names the nearest.
    """
    known = columns()
    if name not in known:
        raise ColumnError(f"{FOLDER}: no column {name!r}{nearest_name(name, known)}")
    return known[name]
