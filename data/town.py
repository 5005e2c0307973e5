"""A town (镇) as configuration: names, levels of areas, hierarchies, calendar, folders."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from data.settings import Settings, utc_now
from data.yamlfile import Definition, DefinitionError, nearest_name, read_definition


class TownError(DefinitionError):
    """A town folder that cannot be used; names file, key and value."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        raise ValueError("not a time zone name such as Asia/Shanghai") from None
    return name


def _written_as_text(value: object) -> object:
    if isinstance(value, int):  # YAML reads an unquoted 13:30 as the number 810
        raise ValueError('write hours in quotes, such as "13:30"')
    return value


ZoneName = Annotated[str, AfterValidator(_known_zone)]
HourOfDay = Annotated[time, BeforeValidator(_written_as_text)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Label(Definition):
    """A name in both languages."""

    zh: str
    en: str

    def text(self, language: str) -> str:
        """Returns the name in `zh` or `en`."""
        return self.zh if language == "zh" else self.en


class Level(Definition):
    """One level of areas; the finest is always `grid`."""

    id: Identifier
    label: Label


class Hierarchy(Definition):
    """A way down from the town to the grid."""

    id: Identifier
    label: Label
    levels: tuple[str, ...]


class Center(Definition):
    """Where the map opens, WGS-84."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)


class RotationStop(Definition):
    """One page of the wall's rotation."""

    page: str
    dwell_s: int = Field(gt=0)


class Wall(Definition):
    """Wall-screen behaviour."""

    rotation: tuple[RotationStop, ...] = ()


class AreaSource(Definition):
    """Grids kept outside the town folder (GeoJSON or GeoParquet); values are property names of that file."""

    file: str
    area_id: str
    name_zh: str | None = None
    name_en: str | None = None
    parents: dict[str, str] = Field(default_factory=dict)


class TownFile(Definition):
    """What town.yaml may say."""

    id: Identifier
    label: Label
    is_synthetic: bool = False
    language: Literal["zh", "en"] = "zh"
    timezone: ZoneName
    now: datetime | None = None
    projected_epsg: int
    center: Center
    levels: tuple[Level, ...] = Field(min_length=2)
    hierarchies: tuple[Hierarchy, ...] = Field(min_length=1)
    wall: Wall = Wall()
    default_period: str = "28d"
    thousand_base: str = "population_count"
    areas: AreaSource | None = None
    sources: dict[str, tuple[str, ...]] = Field(default_factory=dict)  # feed -> files that `make run` loads

    @model_validator(mode="after")
    def _levels_agree(self) -> TownFile:
        ids = [level.id for level in self.levels]
        if len(set(ids)) != len(ids):
            raise ValueError(f"levels: an id is used twice in {ids}")
        if ids[-1] != "grid":
            raise ValueError(f"levels: the last (finest) level must be 'grid', not {ids[-1]!r}")
        for hierarchy in self.hierarchies:
            unknown = [name for name in hierarchy.levels if name not in ids]
            if unknown:
                hint = nearest_name(unknown[0], ids)
                raise ValueError(f"hierarchies.{hierarchy.id}: level {unknown[0]!r} is not in levels{hint}")
            if hierarchy.levels[0] != ids[0] or hierarchy.levels[-1] != "grid":
                raise ValueError(f"hierarchies.{hierarchy.id}: must lead from {ids[0]!r} to 'grid'")
        return self


class Calendar(Definition):
    """Work calendar of the town: hours in local time, ISO weekdays of the weekend, exceptions both ways."""

    work_hours: tuple[tuple[HourOfDay, HourOfDay], ...] = ((time(9), time(17)),)
    weekend: tuple[int, ...] = (6, 7)
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    @model_validator(mode="after")
    def _hours_ascend(self) -> Calendar:
        edges = [edge for span in self.work_hours for edge in span]
        if edges != sorted(set(edges)):
            raise ValueError("work_hours: spans must ascend and not overlap")
        both = self.holidays & self.workdays
        if both:
            raise ValueError(f"{min(both)} is in holidays and in workdays")
        return self

    def is_workday(self, day: date) -> bool:
        """Whether people work on the local day; a make-up workday (调休) beats the weekend."""
        if day in self.workdays:
            return True
        return day not in self.holidays and day.isoweekday() not in self.weekend


@dataclass(frozen=True)
class Town:
    """A loaded town folder; `file` is town.yaml, `calendar` is calendar.yaml or its default."""

    folder: Path
    file: TownFile
    calendar: Calendar
    data_dir: Path

    @property
    def id(self) -> str:
        """The town's id."""
        return self.file.id

    @property
    def label(self) -> Label:
        """The town's name."""
        return self.file.label

    @property
    def zone(self) -> ZoneInfo:
        """The town's own time zone."""
        return ZoneInfo(self.file.timezone)

    @property
    def levels(self) -> tuple[str, ...]:
        """Level ids, coarse to fine."""
        return tuple(level.id for level in self.file.levels)

    @property
    def feeds_dir(self) -> Path:
        """Folder of the feed contracts."""
        return self.folder / "feeds"

    @property
    def pinned_at(self) -> datetime | None:
        """The instant the town is pinned to (a replay), naive UTC; None for a living town."""
        pinned = self.file.now
        if pinned is None or pinned.tzinfo is None:
            return pinned
        return pinned.astimezone(UTC).replace(tzinfo=None)

    def now(self, settings: Settings) -> datetime:
        """Returns the present instant for this town, naive UTC."""
        return utc_now(settings, pinned_at=self.pinned_at)

    def expand(self, text: str) -> Path:
        """Returns a path of a town file: `${DATA}` expanded, relative to the town folder."""
        return self.folder / text.replace("${DATA}", str(self.data_dir))

    def code_map(self, name: str) -> dict[str, str]:
        """Returns codes/<name>.csv as source_code -> code.

        Raises:
            TownError: the file is missing, lacks a column or maps one source code twice.
        """
        path = self.folder / "codes" / f"{name}.csv"
        if not path.is_file():
            known = sorted(each.stem for each in path.parent.glob("*.csv"))
            raise TownError(f"{path}: no such code map{nearest_name(name, known)}")
        with path.open(encoding="utf-8-sig", newline="") as handle:
            rows = csv.DictReader(handle)
            missing = {"source_code", "code"} - set(rows.fieldnames or ())
            if missing:
                raise TownError(f"{path}: column {min(missing)!r} is missing, found {rows.fieldnames}")
            mapping: dict[str, str] = {}
            for row in rows:
                source = row["source_code"]
                if mapping.setdefault(source, row["code"]) != row["code"]:
                    raise TownError(f"{path}: source_code {source!r} is mapped twice")
        return mapping


def load_town(settings: Settings) -> Town:
    """Returns the town the settings point at.

    Raises:
        DefinitionError: a file is missing or wrong.
    """
    path = settings.town_dir / "town.yaml"
    file = read_definition(path, TownFile)
    if file.id != settings.town_dir.name:
        raise TownError(f"{path}: id = {file.id!r}: must be the folder's name {settings.town_dir.name!r}")
    calendar_path = settings.town_dir / "calendar.yaml"
    calendar = read_definition(calendar_path, Calendar) if calendar_path.is_file() else Calendar()
    return Town(folder=settings.town_dir, file=file, calendar=calendar, data_dir=settings.data_dir)
