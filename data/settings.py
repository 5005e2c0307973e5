"""Where this installation lives and which town it shows; the only reader of COCKPIT_* variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
TOWNS = REPOSITORY / "data" / "towns"


class SettingsError(ValueError):
    """A setting that cannot be used; names the variable and its value."""


@dataclass(frozen=True)
class Settings:
    """One installation.

    Attributes:
        town_id: name of the town's folder.
        town_dir: the folder with town.yaml and feeds/.
        home: folder with landing/, archive/, warehouse.duckdb, published/, ops.sqlite.
        data_dir: what `${DATA}` stands for in town files.
        frozen_at: frozen clock as naive UTC, or None for the machine's clock.
    """

    town_id: str
    town_dir: Path
    home: Path
    data_dir: Path
    frozen_at: datetime | None = None

    @property
    def warehouse_path(self) -> Path:
        """The writer's database file."""
        return self.home / "warehouse.duckdb"

    @property
    def published_dir(self) -> Path:
        """Folder of the published generations."""
        return self.home / "published"

    @property
    def landing_dir(self) -> Path:
        """Folder watched for new files, one sub-folder per feed."""
        return self.home / "landing"


def read_settings(
    environ: Mapping[str, str] | None = None,
    *,
    town: str | Path | None = None,
    home: str | Path | None = None,
    now: str | None = None,
) -> Settings:
    """Returns the settings from COCKPIT_TOWN, COCKPIT_HOME, COCKPIT_DATA, COCKPIT_NOW; arguments win.

    `town` may be a name under data/towns or a path of a town folder.

    Raises:
        SettingsError: the town folder does not exist or the instant cannot be read.
    """
    environ = os.environ if environ is None else environ
    named = str(town or environ.get("COCKPIT_TOWN") or "stown")
    town_dir = Path(named) if ("/" in named or "\\" in named) else TOWNS / named
    town_id = town_dir.resolve().name
    if not (town_dir / "town.yaml").is_file():
        known = ", ".join(sorted(path.parent.name for path in TOWNS.glob("*/town.yaml"))) or "none yet"
        raise SettingsError(f"COCKPIT_TOWN = {named!r}: no {town_dir / 'town.yaml'} (towns here: {known})")
    chosen_home = Path(home or environ.get("COCKPIT_HOME") or REPOSITORY / "data" / "warehouse" / town_id)
    data_dir = Path(environ.get("COCKPIT_DATA") or REPOSITORY.parent / "shared" / "data")
    frozen = now or environ.get("COCKPIT_NOW")
    return Settings(
        town_id=town_id,
        town_dir=town_dir.resolve(),
        home=chosen_home.expanduser().resolve(),
        data_dir=data_dir.expanduser().resolve(),
        frozen_at=parse_instant(frozen, name="COCKPIT_NOW") if frozen else None,
    )


def parse_instant(text: str, *, name: str) -> datetime:
    """Returns an ISO 8601 instant as naive UTC; an instant without a zone is taken as UTC.

    Raises:
        SettingsError: not ISO 8601.
    """
    try:
        instant = datetime.fromisoformat(str(text))
    except ValueError:
        raise SettingsError(
            f"{name} = {text!r}: expected an instant such as 2026-11-22T08:00:00+08:00"
        ) from None
    return instant if instant.tzinfo is None else instant.astimezone(UTC).replace(tzinfo=None)


def utc_now(settings: Settings, *, pinned_at: datetime | None = None) -> datetime:
    """Returns the present instant, naive UTC: the frozen clock, else the town's pinned one, else the machine's."""
    return settings.frozen_at or pinned_at or datetime.now(UTC).replace(tzinfo=None)
