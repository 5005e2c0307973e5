"""What every command shares: where to work, how to speak, which exit code an error has."""

from __future__ import annotations

import functools
import json
import sys
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
HomeOption = Annotated[Path | None, typer.Option("--home", help="Folder with landing/, archive/, warehouse.duckdb.")]
TownOption = Annotated[str | None, typer.Option("--town", help="Name under data/towns or path of a town folder.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer as JSON on one line.")]
NowOption = Annotated[str | None, typer.Option("--now", help="Freeze the clock: ISO instant.")]


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
        print(json.dumps(facts, ensure_ascii=False, default=str) if self.as_json else text, flush=True)


def open_place(home: Path | None, town: str | None, *, now: str | None = None, as_json: bool = False) -> Place:
    """Returns the place the options and COCKPIT_* variables name.

    Raises:
        DefinitionError, SettingsError: they name something that is not there.
    """
    settings = read_settings(home=home, town=town, now=now)
    return Place(settings, load_town(settings), as_json)


def guarded(command: Callable) -> Callable:
    """Turns every error into one line on stderr and its exit code; never a traceback."""

    @functools.wraps(command)
    def run(*args: object, **values: object) -> None:
        try:
            code = command(*args, **values)
        except (typer.Exit, typer.Abort):
            raise
        except KeyboardInterrupt:
            raise typer.Exit(130) from None
        except Exception as error:  # noqa: BLE001 the door of the program: whatever it is, one line and a code
            print(f"{error_kind(error)}: {error}", file=sys.stderr, flush=True)
            raise typer.Exit(exit_code(error)) from None
        raise typer.Exit(code or 0)

    return run


def exit_code(error: Exception) -> int:
    """Returns 2 for a wrong use or definition, 5 for what may pass; 5 too when the cause is unknown."""
    if isinstance(error, (DefinitionError, SettingsError, UsageError)):
        return USAGE
    return TRANSIENT


def error_kind(error: Exception) -> str:
    """Returns a stable word for the kind of error."""
    kinds = (
        (BusyError, "busy"), (StoreError, "store"), (TransientError, "transient"), (DefinitionError, "definition"),
        (SettingsError, "settings"), (UsageError, "usage"), (duckdb.Error, "database"), (OSError, "system"),
    )
    return next((word for kind, word in kinds if isinstance(error, kind)), f"defect ({type(error).__name__})")
