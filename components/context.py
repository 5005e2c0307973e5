"""What a tile knows while it draws (绘制上下文): the view asked for, the town, words and names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

import pandas as pd

from components.theme import Theme, theme_of
from components.words import LANGUAGES, read_words, word
from data.catalogue import catalogue
from data.dictionary import columns
from data.period import local_date, midnight
from data.request import Filters, written_picked
from data.town import Town

# Columns that hold a key of something with a name, and the kind of name.
NAMED = {
    "feed_id": "feed",
    "lead_feed_id": "feed",
    "category_code": "category",
    "department_id": "department",
    "domain_code": "domain",
    "grid_id": "area",
    "area_id": "area",
    "told_area_id": "area",
    "clash_policy_id": "policy",
}
# Columns whose words stand in a locale section of another name.
WORDED = {
    "share_class": "share",
    "class_code": "risk_class",
    "previous_class_code": "risk_class",
    **dict.fromkeys(("left_side", "right_side"), "side"),
    **dict.fromkeys(("left_excluded", "right_excluded"), "excluded"),
}
KEPT_ON_LINKS = ("period", "area", "source", "category", "domain", "department", "pick", "lang", "wall")


def stem(column: str) -> str:
    """Returns a coded column's kind: `colour_code` and `colour_id` are colours."""
    return column.removesuffix("_code").removesuffix("_id")


@dataclass(frozen=True)
class View:
    """What the browser shows: taken from the URL and the window, the same for everyone who opens the link."""

    path: str = "/"
    search: str = ""
    scale: float = 1.0
    lang: str = "zh"
    theme: str = "dark"

    @classmethod
    def of(cls, stored: Mapping[str, object] | None, *, town: Town) -> View:
        """Returns the view the browser sent; values it cannot have are replaced by the town's defaults."""
        stored = stored or {}
        lang = stored.get("lang")
        try:
            scale = min(8.0, max(0.5, float(stored.get("scale") or 1)))
        except (TypeError, ValueError):
            scale = 1.0
        return cls(
            path=str(stored.get("path") or "/"),
            search=str(stored.get("search") or "")[:2000],
            scale=round(scale * 4) / 4,
            lang=lang if lang in LANGUAGES else town.file.language,
            theme="light" if stored.get("theme") == "light" else "dark",
        )

    @property
    def params(self) -> dict[str, str]:
        """The URL's parameters."""
        return dict(parse_qsl(self.search.lstrip("?")))


class Names:
    """Names of areas, categories, departments, feeds in both languages; an unknown id names itself."""

    def __init__(
        self, tables: Mapping[str, Mapping[str, tuple[str, str]]], levels: Mapping[str, str] | None = None
    ) -> None:
        self._tables = tables
        self._levels = levels or {}

    def level(self, area_id: str) -> str | None:
        """Returns the level an area belongs to; None if there is no such area."""
        return self._levels.get(area_id)

    def name(self, kind: str, key: object, *, lang: str) -> str:
        """Returns the name of `key` among `kind` (area, category, domain, department, feed)."""
        if pd.isna(key):
            return word("common.unknown", lang)
        zh, en = self._tables.get(kind, {}).get(str(key), (None, None))
        return (zh if lang == "zh" else en) or zh or en or str(key)

    def has(self, kind: str, key: object) -> bool:
        """Whether `key` of `kind` has a name."""
        return str(key) in self._tables.get(kind, {})

    def keys(self, kind: str) -> tuple[str, ...]:
        """Returns every id of a kind, in the town's order."""
        return tuple(self._tables.get(kind, {}))


def names_by_kind(frame: pd.DataFrame) -> dict[str, dict[str, tuple[str, str]]]:
    """Returns kind -> key -> (zh, en) of a listing of names."""
    tables: dict[str, dict[str, tuple[str, str]]] = {}
    for kind, key, zh, en in frame[["kind", "key", "name_zh", "name_en"]].itertuples(index=False):
        tables.setdefault(kind, {})[key] = (zh, en)
    return tables


@dataclass(frozen=True)
class Context:
    """Everything a drawing depends on beside its answers; equal contexts draw equal tiles."""

    view: View
    town: Town
    filters: Filters
    as_of_at: datetime | None
    generation: int
    names: Names
    stale_after_s: int = 0
    route: Mapping[str, str] = field(default_factory=dict)
    permissions: frozenset[str] | None = None
    page: str = ""
    default_period: str = ""

    @property
    def lang(self) -> str:
        """`zh` or `en`."""
        return self.view.lang

    @property
    def theme(self) -> Theme:
        """Colours of the theme shown."""
        return theme_of(self.view.theme)

    @property
    def period(self) -> str:
        """The period shown, as the address writes it."""
        return self.view.params.get("period") or self.default_period or self.town.file.default_period

    def may(self, permission: str) -> bool:
        """Whether the visitor may open pages of that permission; everyone outside a guarded request."""
        return self.permissions is None or permission in self.permissions

    def t(self, key: str, **values: object) -> str:
        """Returns a word in the screen's language."""
        return word(key, self.lang, **values)

    def maybe(self, key: str, fallback: str) -> str:
        """Returns a word, or the code itself where a source's own code has no word."""
        return word(key, self.lang) if key in read_words() else fallback

    def pick(self, label) -> str:
        """Returns a two-language label in the screen's language; accepts {zh, en} or an object with both."""
        if isinstance(label, Mapping):
            return label.get(self.lang) or label.get("zh") or ""
        return getattr(label, self.lang)

    def name(self, kind: str, key: object) -> str:
        """Returns a thing's name in the screen's language."""
        return self.names.name(kind, key, lang=self.lang)

    def label(self, column: str, value: object) -> str:
        """Returns what a column's value is called: a thing's name, a code's word, yes or no, else the value itself.

        Looked up in this order: the kinds of `NAMED` and area levels, the generation's `dim_<kind>` tables, the
        locale section called like the column (without `_code`, `_id`), the raw value.
        """
        if pd.isna(value) or value == "_unknown":  # a source's code that no map knows
            return word("common.unknown", self.lang)
        if column == "metric_id" and value in catalogue().metrics:
            return self.pick(catalogue().metric(value).label)
        kind = NAMED.get(column) or ("area" if column in self.town.levels else stem(column))
        if self.names.has(kind, value):
            return self.name(kind, value)
        if column.startswith(("is_", "has_")):
            return self.t("common.no" if str(value).lower() in ("false", "0") else "common.yes")
        return self.maybe(f"{WORDED.get(column, kind)}.{value}", str(value))

    def column(self, name: str) -> str:
        """Returns what a column is called on the screen: its word, else its name in the column dictionary."""
        if f"column.{name}" in read_words():
            return self.t(f"column.{name}")
        level = next((each for each in self.town.file.levels if each.id == name), None)
        described = level.label if level else columns().get(name)
        return name if described is None else self.pick(described)

    def picked(self, column: str) -> str | None:
        """Returns the value picked of a dimension without a parameter of its own; None for none."""
        return dict(self.filters.picked).get(column)

    def pick_link(self, column: str, value: str | None) -> str:
        """Returns a link to the same page with a value picked, or with none of that column."""
        found = {name: each for name, each in self.filters.picked if name != column}
        if value is not None:
            found[column] = value
        return self.link(self.view.path, pick=written_picked(tuple(sorted(found.items()))) or None)

    def local(self, instant: datetime | None) -> datetime | None:
        """Returns an instant at rest (naive UTC) in the town's own time, without zone."""
        if pd.isna(instant):
            return None
        return instant.replace(tzinfo=UTC).astimezone(self.town.zone).replace(tzinfo=None)

    def to_cases(self, path: str = "/incidents", **changes: str | None) -> dict[str, str]:
        """Returns the `href` of a link to single cases, or nothing for a visitor who may not see them."""
        return {"href": self.link(path, **changes)} if self.may("cases") else {}

    def today(self) -> Filters:
        """Returns the page's filters for the town's present local day."""
        if self.as_of_at is None:
            return self.filters
        return self.filters.during(midnight(local_date(self.as_of_at, self.town.zone), self.town.zone), None)

    def next_level(self) -> str:
        """Returns the level below the chosen area in the first hierarchy that holds it."""
        chosen = self.names.level(self.filters.area_id) if self.filters.area_id else None
        for hierarchy in self.town.file.hierarchies:
            levels = list(hierarchy.levels)
            if chosen is None:
                return levels[1]
            if chosen in levels[:-1]:
                return levels[levels.index(chosen) + 1]
        return self.town.levels[-1]

    def link(self, path: str, **changes: str | None) -> str:
        """Returns a link that keeps what is filtered; a change to None drops the parameter."""
        kept = {key: value for key, value in self.view.params.items() if key in KEPT_ON_LINKS}
        kept |= {key: value for key, value in changes.items() if value is not None}
        kept = {key: value for key, value in kept.items() if changes.get(key, "") is not None}
        return f"{path}?{urlencode(kept)}" if kept else path
