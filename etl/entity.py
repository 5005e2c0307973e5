"""The entities at rest: which canonical columns a report, a step or a register's row has (data/entities/*.yaml)."""

from __future__ import annotations

from functools import cache
from typing import Literal

from pydantic import model_validator

from data.settings import REPOSITORY
from data.town import Label
from data.yamlfile import Definition, nearest_name, read_definition

ENTITIES = REPOSITORY / "data" / "entities"
SQL_TYPES = {
    "text": "VARCHAR",
    "instant": "TIMESTAMP",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
}
# What the spine places, links and times itself; every other entity is a register (etl/modules.py).
SPINE = frozenset({"report", "step"})


class EntityColumn(Definition):
    """One canonical column.

    Attributes:
        is_planned: an instant that may lie ahead (a deadline); every other one in the future is a mistake of the source.
        is_personal: identifies a person; only its keyed hash is kept.
    """

    type: Literal["text", "instant", "number", "boolean", "date"]
    required: bool = False
    is_planned: bool = False
    is_personal: bool = False
    meaning: str


class Entity(Definition):
    """A canonical table; `key` names the column that identifies a row within its feed."""

    entity: str
    label: Label
    key: str
    event: str | None = None
    columns: dict[str, EntityColumn]

    @model_validator(mode="after")
    def _names_fit(self) -> Entity:
        for name in filter(None, (self.key, self.event, "version_at")):
            if name not in self.columns:
                raise ValueError(f"{name}: not among the columns{nearest_name(name, self.columns)}")
        if self.event and self.columns[self.event].type not in ("instant", "date"):
            raise ValueError(f"event = {self.event!r}: not an instant or a date")
        return self

    @property
    def table(self) -> str:
        """The raw table's name."""
        return f"raw_{self.entity}"

    @property
    def personal(self) -> tuple[str, ...]:
        """The columns that hold keyed hashes of what identifies a person."""
        return tuple(name for name, column in self.columns.items() if column.is_personal)

    @property
    def undigested(self) -> frozenset[str]:
        """Columns a row's digest leaves out: lon and lat follow from the received pair, hashes belong to one installation."""
        return frozenset({"lon", "lat", *self.personal})

    @property
    def has_place(self) -> bool:
        """Whether its rows may lie in a grid."""
        return "lon" in self.columns and "lat" in self.columns


@cache
def load_entity(name: str) -> Entity:
    """Returns one entity definition.

    Raises:
        DefinitionError: missing or wrong file.
    """
    return read_definition(ENTITIES / f"{name}.yaml", Entity)


def load_entities() -> tuple[Entity, ...]:
    """Returns every entity, sorted by name."""
    return tuple(load_entity(path.stem) for path in sorted(ENTITIES.glob("*.yaml")))
