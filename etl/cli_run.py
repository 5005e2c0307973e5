"""Commands that make numbers of what was loaded: build, publish, watch."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from etl.cli_context import HomeOption, JsonOption, NowOption, TownOption, guarded, open_place
from etl.contract import load_contract, load_contracts
from etl.landing import load_file
from etl.store import open_store


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    app.command("build")(guarded(build))
    app.command("publish")(guarded(publish))
    app.command("watch")(guarded(watch))


def build(
    full: Annotated[bool, typer.Option("--full", help="Build everything, not only what changed.")] = False,
    home: HomeOption = None, town: TownOption = None, as_json: JsonOption = False, now: NowOption = None,
) -> int:
    """Builds core and mart tables from what was loaded."""
    from etl.build import build as build_tables

    place = open_place(home, town, now=now, as_json=as_json)
    begun = time.monotonic()
    with open_store(place.settings) as con:
        result = build_tables(con, place.town, full=full)
    seconds = round(time.monotonic() - begun, 2)
    place.say({"result": vars(result) if hasattr(result, "__dict__") else str(result), "seconds": seconds},
              f"built in {seconds} s: {result}")
    return 0


def publish(home: HomeOption = None, town: TownOption = None, as_json: JsonOption = False, now: NowOption = None) -> int:
    """Publishes what was built as the next generation."""
    from etl.publish import publish as publish_generation

    place = open_place(home, town, now=now, as_json=as_json)
    with open_store(place.settings) as con:
        result = publish_generation(con, place.town, place.settings)
    place.say({"generation": result.generation}, f"published generation {result.generation}")
    return 0


def watch(home: HomeOption = None, town: TownOption = None, now: NowOption = None) -> int:
    """Loads, builds and publishes whatever lands, until stopped."""
    from etl.watch import watch as watch_landing

    place = open_place(home, town, now=now)
    feeds = list(load_contracts(place.town))
    for feed in feeds:
        (place.settings.landing_dir / feed).mkdir(parents=True, exist_ok=True)
    with open_store(place.settings) as con:

        def load(feed: str, path: Path) -> object:
            return load_file(con, place.town, load_contract(place.town, feed), path, settings=place.settings)

        watch_landing(con, place.town, place.settings, load=load, feeds=feeds)
    return 0
