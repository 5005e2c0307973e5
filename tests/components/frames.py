"""Small answers and a context for drawing tiles without a database."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pandas as pd

from components.context import Context, Names, View
from data.catalogue import catalogue
from data.compare import Change, pair_up
from data.query import Answer
from data.request import Filters
from data.settings import TOWNS
from data.town import Calendar, Town, TownFile
from data.yamlfile import read_definition

AS_OF = datetime(2026, 11, 22, 6, 30)  # 14:30 in Shanghai, a Sunday
COLUMNS = {"value": None, "n": 0, "low": None, "high": None, "lower": None, "upper": None, "flag": None}


def town() -> Town:
    """The demonstration town's own settings."""
    folder = TOWNS / "stown"
    file = read_definition(folder / "town.yaml", TownFile)
    return Town(folder=folder, file=file, calendar=Calendar(), data_dir=Path("."))


def context(search: str = "", *, lang: str = "zh", path: str = "/", **facts) -> Context:
    """A context at AS_OF with a few names."""
    names = Names(
        {
            "feed": {"police_110": ("110警情", "Police 110"), "fire_119": ("119火警", "Fire 119")},
            "category": {"theft": ("盗窃", "Theft"), "noise": ("噪声", "Noise")},
            "area": {"G001": ("一网格", "Grid 1"), "C01": ("一社区", "Community 1")},
            "department": {"police": ("派出所", "Police station")},
            "domain": {"police": ("警情", "Police")},
        },
        {"G001": "grid", "C01": "community", "town": "town"},
    )
    view = View(path=path, search=search, lang=lang)
    known = {"filters": Filters(since_at=datetime(2026, 10, 25, 16)), "as_of_at": AS_OF, "generation": 7}
    return Context(view=view, town=town(), names=names, stale_after_s=600, page="overview", **(known | facts))


def answer(metric: str, *rows: dict, exclusions: dict | None = None) -> Answer:
    """An answer with the given rows; what is not given is unknown."""
    frame = pd.DataFrame([COLUMNS | row for row in rows] or [COLUMNS]).iloc[: len(rows)]
    return Answer(frame, catalogue().metric(metric), AS_OF, 7, exclusions or {})


def change_of(
    metric: str, *pairs: dict, by: tuple[str, ...] = (), is_covered: bool = True, joined: tuple = ()
) -> Change:
    """Counts against an earlier window: each pair has count, base_count and its keys."""
    known = [{name: pair[name] for name in by} for pair in pairs]
    now, before = (
        answer(
            metric, *({**keys, "value": float(pair[name])} for keys, pair in zip(known, pairs, strict=True))
        )
        for name in ("count", "base_count")
    )
    for each in (now, before):
        each.frame.__init__(each.frame.reindex(columns=[*by, *COLUMNS]))
    frame = pair_up(now.frame, before.frame, by=by)
    return Change(
        now, before, datetime(2026, 9, 27, 16), datetime(2026, 10, 25, 6, 30), frame, is_covered, joined
    )


def texts(component) -> str:
    """All words of a component, in order, joined by a bar."""
    if component is None or isinstance(component, bool):
        return ""
    if isinstance(component, str | int | float):
        return str(component)
    if isinstance(component, list | tuple):
        return "|".join(part for part in map(texts, component) if part)
    return texts(getattr(component, "children", None))


def find(component, name: str) -> list:
    """Every component that has a css class."""
    found = []
    if isinstance(component, list | tuple):
        for each in component:
            found += find(each, name)
        return found
    if name in str(getattr(component, "className", "") or "").split():
        found.append(component)
    children = getattr(component, "children", None)
    return found + (find(children, name) if children is not None and not isinstance(children, str) else [])
