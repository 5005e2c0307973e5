"""`make briefing`: writes one edition in every format from the published data (简报成文), through the archive.

What is archived already with the same content is what is written: printing it again gives the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC
from pathlib import Path

from components.briefing.formats import FORMATS
from data.briefing_plan import read_plan
from data.briefings import Archive
from data.connection import Store
from data.durable import put_file
from data.ops import Ops
from data.settings import Settings, read_settings
from data.town import Town, load_town
from serve.briefing_delivery import file_name
from serve.briefing_making import FOLDER, READY_AT, REFUSED, Wanted, Workshop, read_wanted


def write_briefing(workshop: Workshop, wanted: Wanted, *, out: Path, settings: Settings) -> list[Path]:
    """Makes an edition, keeps it, and writes its text and every format into a folder; returns the files."""
    archive = workshop.archive
    briefing_id, _ = workshop.make(wanted, by="make briefing", at=workshop.town.now(settings))
    row = archive.row(briefing_id)
    written = []
    for code, suffix in (("document", "json"), *((code, form.suffix) for code, form in FORMATS.items())):
        path = out / file_name(row, suffix)
        put_file(path, archive.file(briefing_id, code))
        written.append(path)
    return written


def main(arguments: list[str] | None = None) -> int:
    """Writes one edition. 0 written, 2 cannot be made."""
    parser = argparse.ArgumentParser(prog="make briefing", description=main.__doc__)
    parser.add_argument("--date", default="", help="the day it is read; default: the newest the data reach")
    parser.add_argument("--until", default="", help="for --edition period: the last day told of")
    parser.add_argument("--language", default="", help="zh or en; default: the town's")
    parser.add_argument("--edition", default="daily", help="daily, weekly, monthly or period")
    parser.add_argument("--area", default="", help="scoped to this area")
    parser.add_argument("--department", default="", help="scoped to this department")
    parser.add_argument("--out", required=True, help="folder for the files")
    parser.add_argument("--town", default="")
    parser.add_argument("--home", default="")
    told = vars(parser.parse_args(arguments))
    try:
        settings = read_settings(town=told["town"] or None, home=told["home"] or None)
        town = load_town(settings)
        ops, store = Ops(settings.home / "ops.sqlite"), Store(settings.home, zone=town.zone)
        wanted = _wanted(told, town=town, store=store)
        term = read_plan(settings.home, settings.town_dir).term(wanted.on)
        workshop = Workshop(
            town, store, Archive(ops, settings.home / FOLDER), term.ready_at if term else READY_AT
        )
        for path in write_briefing(workshop, wanted, out=Path(told["out"]), settings=settings):
            print(path)
    except REFUSED as error:
        sys.stderr.write(f"briefing: {error}\n")
        return 2
    return 0


def _wanted(told: dict, *, town: Town, store: Store) -> Wanted:
    """Returns what is asked for; without a day the newest one the published data reach."""
    newest = store.as_of_at().replace(tzinfo=UTC).astimezone(town.zone).date()
    on = told["date"] or newest.isoformat()
    return read_wanted({**told, "on": on, "language": told["language"] or town.file.language})


if __name__ == "__main__":
    sys.exit(main())
