"""The entities at rest: which canonical columns a report or a step has (data/entities/*.yaml)."""

from __future__ import annotations

from functools import cache
from typing import Literal

from data.settings import REPOSITORY
from data.town import Label
from data.yamlfile import Definition, read_definition

ENTITIES = REPOSITORY / "data" / "entities"
SQL_TYPES = {"text": "VARCHAR", "instant": "TIMESTAMP", "number": "DOUBLE", "boolean": "BOOLEAN"}
# Deadlines lie ahead by nature; every other instant in the future is a mistake of the source.
PLANNED = frozenset({"target_at", "extended_to_at", "deadline_at"})


class EntityColumn(Definition):
    """One canonical column."""

    type: Literal["text", "instant", "number", "boolean"]
    required: bool = False
    meaning: str


class Entity(Definition):
    """A canonical table; `key` names the column that identifies a row within its feed."""

    entity: str
    label: Label
    key: str
    columns: dict[str, EntityColumn]

    @property
    def table(self) -> str:
        """The raw table's name."""
        return f"raw_{self.entity}"

    @property
    def event_column(self) -> str:
        """The column that says when a row happened."""
        return "acted_at" if "acted_at" in self.columns else "reported_at"


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
