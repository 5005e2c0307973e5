"""What every command shares: where to work, how to speak, which exit code an error has."""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from data.settings import Settings, SettingsError, read_settings
from data.town import Town, load_town
from data.yamlfile import DefinitionError
from etl.archive import TransientError
from etl.store import BusyError, StoreError

USAGE, REFUSED, TRANSIENT = 2, 4, 5
_OPTIONS = {
    "home": Annotated[
        Path | None, typer.Option("--home", help="Folder with landing/, archive/, warehouse.duckdb.")
    ],
    "town": Annotated[
        str | None, typer.Option("--town", help="Name under data/towns or path of a town folder.")
    ],
    "now": Annotated[str | None, typer.Option("--now", help="Freeze the clock: ISO instant.")],
    "as_json": Annotated[bool, typer.Option("--json", help="Answer as JSON on one line.")],
}
SHARED = [
    inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=False if name == "as_json" else None, annotation=kind
    )
    for name, kind in _OPTIONS.items()
]


class UsageError(ValueError):
    """A command used in a way it cannot serve."""


@dataclass(frozen=True)
class Place:
    """Where a command works."""

    settings: Settings
    town: Town
    as_json: bool = False

    def say(self, facts: object, text: str) -> None:
        """Prints the answer: `facts` as JSON, or `text` for people."""
        typer.echo(json.dumps(facts, ensure_ascii=False, default=str) if self.as_json else text)


def open_place(*, home: Path | None, town: str | None, now: str | None, as_json: bool) -> Place:
    """Returns the place the options and COCKPIT_* variables name.

    Raises:
        DefinitionError, SettingsError: they name something that is not there.
    """
    settings = read_settings(home=home, town=town, now=now)
    return Place(settings, load_town(settings), as_json)


def guarded(command: Callable) -> Callable:
    """Gives a command the shared options as its `place` and turns every error into one line and an exit code."""
    signature = inspect.signature(command, eval_str=True)
    own = [item for item in signature.parameters.values() if item.name != "place"]
    shared = SHARED if "place" in signature.parameters else []

    @functools.wraps(command)
    def run(**values: object) -> None:
        try:
            options = {item.name: values.pop(item.name) for item in shared}
            place = {"place": open_place(**options)} if shared else {}
            code = command(**place, **values)
        except (typer.Exit, typer.Abort):
            raise
        except KeyboardInterrupt:
            raise typer.Exit(130) from None
        except Exception as error:
            typer.echo(f"{error_kind(error)}: {error}", err=True)
            raise typer.Exit(exit_code(error)) from None
        raise typer.Exit(code or 0)

    parameters = [*(item.replace(kind=inspect.Parameter.KEYWORD_ONLY) for item in own), *shared]
    run.__signature__ = signature.replace(parameters=parameters)
    run.__annotations__ = {item.name: item.annotation for item in parameters}
    return run


def exit_code(error: Exception) -> int:
    """Returns 2 for a wrong use or definition, 5 for what may pass; 5 too when the cause is unknown."""
    if isinstance(error, (DefinitionError, SettingsError, UsageError)):
        return USAGE
    return TRANSIENT


def error_kind(error: Exception) -> str:
    """Returns a stable word for the kind of error."""
    kinds = (
        (BusyError, "busy"),
        (StoreError, "store"),
        (TransientError, "transient"),
        (DefinitionError, "definition"),
        (SettingsError, "settings"),
        (UsageError, "usage"),
        (duckdb.Error, "database"),
        (OSError, "system"),
    )
    return next((word for kind, word in kinds if isinstance(error, kind)), f"defect ({type(error).__name__})")
