"""The tables the console offers (控制台数据表): a closed list, with whose rows are seen and which columns are left out."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from data.dictionary import columns
from data.settings import REPOSITORY
from data.yamlfile import Definition, DefinitionError, read_entries

FOLDER = REPOSITORY / "data" / "console"
MOST_GRADE = 3  # grade 4 is sensitive personal: never in a copy; texts of grade 3 are masked at the door
# Numbers of people and other protected groups, as the metrics tell them: made by `serve.console.told`.
TOLD = "told_metric"


class ConsoleTableError(DefinitionError):
    """A table of the console that is wrong or described twice."""


class ConsoleTable(Definition):
    """One table of the console.

    Attributes:
        zh: name on Chinese screens.
        en: name on English screens.
        via: `incident`: its rows are seen where their incident is.
        wide: its rows are nobody's; whoever may ask sees them all.
        hidden: columns left out beside those of grade 4.
    """

    zh: str
    en: str
    via: Literal["", "incident"] = ""
    wide: bool = False
    hidden: tuple[str, ...] = ()


def read_console_tables(folder: Path = FOLDER) -> dict[str, ConsoleTable]:
    """Returns the tables by name, in the order they are shown.

    Raises:
        ConsoleTableError: a table described twice, or an entry that is not a table.
    """
    return read_entries(
        folder, ConsoleTable, error=ConsoleTableError, twice="table {name!r} is there already"
    )


@lru_cache(maxsize=1)
def console_tables() -> dict[str, ConsoleTable]:
    """Returns the project's own tables, read once."""
    return read_console_tables()


def is_shown(table: str, column: str) -> bool:
    """Whether a column of a table may be in a copy: described, not sensitive, not left out."""
    described = columns().get(column)
    if described is None or described.grade > MOST_GRADE:
        return False
    return column not in console_tables()[table].hidden
