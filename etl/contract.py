"""What a feed's contract (data/towns/<town>/feeds/<feed>.yaml) may say; no Python per feed."""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from data.town import Identifier, Label, Town, TownError, ZoneName
from data.yamlfile import Definition, DefinitionError, nearest_name, read_definition
from etl.entity import SPINE, Entity, load_entity


class ContractError(DefinitionError):
    """A contract that cannot be used; names file, key and value."""


def _known_encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError:
        raise ValueError("not an encoding such as utf-8, gb18030, big5") from None
    return name


def _compiles(pattern: str) -> str:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    if groups < 1:
        raise ValueError("needs one (group) that holds the wanted part")
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]
Grade = Annotated[int, Field(ge=1, le=4)]
CODE_LISTS = {
    "category": ("categories.csv", "category_code"),
    "department": ("departments.csv", "department_id"),
}
TIME_WORDS = ("iso", "excel", "excel_1904", "epoch_s", "epoch_ms", "epoch_us")


class ColumnMap(Definition):
    """Where one canonical column comes from: `column`, or `columns` + `join`, or `const`."""

    column: str | None = None
    columns: tuple[str, ...] = ()
    join: str = ""
    const: str | None = None
    extract: Pattern | None = None
    time: tuple[str, ...] = ()
    required: bool = False
    true_values: tuple[str, ...] = ()
    false_values: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _shorthands(cls, value: object) -> object:
        if isinstance(value, str):
            return {"column": value}
        if isinstance(value, dict):
            value = dict(value)
            if isinstance(value.get("time"), str):
                value["time"] = [value["time"]]
            for name in ("const", "column"):
                if isinstance(value.get(name), (int, float, bool)):
                    value[name] = str(value[name])
            for name in ("true_values", "false_values", "columns"):
                if isinstance(value.get(name), list):
                    value[name] = [str(item) for item in value[name]]
        return value

    @model_validator(mode="after")
    def _one_source(self) -> ColumnMap:
        given = [name for name in ("column", "columns", "const") if getattr(self, name)]
        if len(given) != 1 and self.const is None:
            raise ValueError(f"needs exactly one of column, columns, const; has {given or 'none'}")
        for pattern in self.time:
            if "%" not in pattern and pattern not in TIME_WORDS:
                hint = nearest_name(pattern, TIME_WORDS)
                raise ValueError(f"time = {pattern!r}: neither a %-pattern nor one of {TIME_WORDS}{hint}")
        return self

    @property
    def sources(self) -> tuple[str, ...]:
        """The source headings this column is made of."""
        return (self.column,) if self.column else self.columns


class Watermark(Definition):
    """How the file name tells the end of the window the file covers."""

    filename: Pattern
    time: str = "%Y%m%d%H%M%S"


class Clock(Definition):
    """This feed's clock: the yardstick, or one whose offset is estimated and corrected."""

    reference: bool = False
    correct: bool = False


def coded_column(field: str) -> str:
    """Returns the canonical column a code map of `codes:` translates."""
    return "source_on_time_code" if field == "on_time" else f"{field}_source_code"


class FeedContract(Definition):
    """One feed; see docs/architecture.md section 5 for each key."""

    feed: Identifier
    entity: Identifier
    label: Label
    channel: Literal[
        "police", "fire", "city_management", "complaint", "citizen", "patrol", "video", "step", "register"
    ]
    owner: str
    purpose: str
    share_class: Literal["secret", "shared", "open"]
    files: str
    format: Literal["csv", "xlsx", "json", "jsonl", "xml", "parquet"]
    encoding: Annotated[str, AfterValidator(_known_encoding)] | None = None
    delimiter: str = Field(",", min_length=1, max_length=1)
    decimal: Literal[".", ","] | None = None
    quote: str = Field('"', min_length=1, max_length=1)
    sheet: str | None = None
    header_row: int = Field(1, ge=1)
    header_rows: int = Field(1, ge=1, le=5)
    records: str = ""
    timezone: ZoneName
    datum: Literal["wgs84", "gcj02", "bd09"] = "wgs84"
    version: Literal["arrival"] | None = None
    required: bool = True
    expected_interval_s: int = Field(gt=0)
    expected_lag_s: int = Field(gt=0)
    history_from: date | None = None
    watermark: Watermark | None = None
    clock: Clock = Clock()
    report_feed: str | None = None
    codes: dict[str, str] = Field(default_factory=dict)
    columns: dict[str, ColumnMap]
    null_values: tuple[str, ...] = ("",)
    privacy: dict[str, Grade] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _columns_fit_entity(self) -> FeedContract:
        entity = load_entity(self.entity)
        if (self.channel == "register") == (self.entity in SPINE):
            raise ValueError(f"channel = {self.channel!r}: does not fit entity {self.entity!r}")
        for name in self.columns:
            if name not in entity.columns:
                hint = nearest_name(name, entity.columns)
                raise ValueError(f"columns.{name}: not a column of entity {self.entity}{hint}")
        for name, column in entity.columns.items():
            if column.required and name not in self.columns:
                raise ValueError(f"columns.{name}: missing, every {self.entity} needs it")
        for name in self.codes:
            if self.code_column(name) not in self.columns:
                known = [
                    key.removesuffix("_source_code") for key in self.columns if key.endswith("_source_code")
                ]
                raise ValueError(
                    f"codes.{name}: columns.{coded_column(name)} is not mapped{nearest_name(name, known)}"
                )
        return self

    @model_validator(mode="after")
    def _versions_and_links(self) -> FeedContract:
        if (self.version is None) == ("version_at" not in self.columns):
            raise ValueError(
                "version: map columns.version_at, or say `version: arrival` (exactly one of both)"
            )
        if self.entity == "step" and not self.report_feed:
            raise ValueError("report_feed: missing, steps need the feed whose reports they belong to")
        for name in self.definition.personal:
            for source in self.columns[name].sources if name in self.columns else ():
                if self.privacy.get(source, 1) < 4:
                    raise ValueError(f"privacy.{source}: must be 4, columns.{name} is made of it")
        return self

    @property
    def definition(self) -> Entity:
        """The entity this feed fills."""
        return load_entity(self.entity)

    @property
    def is_versioned(self) -> bool:
        """Whether rows carry the source's own version time."""
        return self.version is None

    def code_column(self, field: str) -> str:
        """The canonical column that a code map of `codes` translates."""
        names = (f"{field}_source_code", f"source_{field}_code", f"{field}_code")
        return next((name for name in names if name in self.columns), names[0])

    def is_required(self, name: str) -> bool:
        """Whether a row without this canonical column goes to quarantine."""
        if name == "version_at":
            return True
        return self.columns[name].required or self.definition.columns[name].required

    def grade(self, name: str) -> int:
        """The highest privacy grade of the sources of a canonical column."""
        return max((self.privacy.get(source, 1) for source in self.columns[name].sources), default=1)


def contract_path(town: Town, feed: str) -> Path:
    """Returns where a feed's contract is kept."""
    return town.feeds_dir / f"{feed}.yaml"


def load_contract(town: Town, feed: str) -> FeedContract:
    """Returns one feed's contract, its code maps checked to exist.

    Raises:
        DefinitionError: naming file, key and value.
    """
    path = contract_path(town, feed)
    if not path.is_file():
        known = sorted(each.stem for each in town.feeds_dir.glob("*.yaml"))
        raise ContractError(f"{path}: no such feed{nearest_name(feed, known)}; feeds: {', '.join(known)}")
    contract = read_definition(path, FeedContract)
    if contract.feed != feed:
        raise ContractError(f"{path}: feed = {contract.feed!r}: must be the file's name {feed!r}")
    if contract.report_feed and not contract_path(town, contract.report_feed).is_file():
        raise ContractError(f"{path}: report_feed = {contract.report_feed!r}: no such feed")
    for field, name in contract.codes.items():
        try:
            _check_codes(town, contract, field=field, mapped=town.code_map(name))
        except DefinitionError as error:
            raise ContractError(f"{path}: codes.{field} = {name!r}: {error}") from None
    return contract


def _check_codes(town: Town, contract: FeedContract, *, field: str, mapped: dict[str, str]) -> None:
    """Refuses a code map that leads to a category or department the town does not have: its reports would be nowhere."""
    file, column = CODE_LISTS.get(field, ("", ""))
    path = town.folder / file
    if contract.entity not in SPINE or not file or not path.is_file():
        return
    with path.open(encoding="utf-8-sig", newline="") as handle:
        known = {row.get(column) for row in csv.DictReader(handle)} | {"", "_unknown"}
    for source, code in mapped.items():
        if code not in known:
            raise TownError(f"{source!r} -> {code!r}: not in {file}{nearest_name(code, known - {None})}")


def load_contracts(town: Town) -> dict[str, FeedContract]:
    """Returns every feed of the town by feed id, sorted.

    Raises:
        DefinitionError: naming file, key and value of the first contract that is wrong.
    """
    return {path.stem: load_contract(town, path.stem) for path in sorted(town.feeds_dir.glob("*.yaml"))}


def contract_digest(contract: FeedContract) -> str:
    """Returns a digest of what the contract says, independent of comments and key order."""
    return hashlib.sha256(contract.model_dump_json().encode()).hexdigest()[:16]
