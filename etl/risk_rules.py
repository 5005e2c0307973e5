"""The dated rules of the five-colour map, read from ``data/rules/risk_colour.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

RULES_PATH = Path(__file__).resolve().parent.parent / "data" / "rules" / "risk_colour.yaml"

#: Class level -> code; level 0 is "no evidence", which is not a level on any screen.
CLASS_CODES = ("none", "green", "blue", "yellow", "orange", "red")
LEVELS = {code: level for level, code in enumerate(CLASS_CODES)}


class RiskRuleError(ValueError):
    """A rule of the five-colour map cannot be used as written."""


@dataclass(frozen=True)
class Limit:
    """One class's test: the ratio tested against, the probability to reach, the least number of incidents."""

    ratio: float
    probability: float
    least_count: int = 0


@dataclass(frozen=True)
class RiskRules:
    """One version of the rules; field meanings are in the YAML file."""

    version: str
    window_days: int
    half_life_days: float
    baseline_months: int
    min_baseline_days: int
    cycles_down: int
    severity_weight: Mapping[int, float]
    thin_incident_count: int
    thin_expected_count: float
    stale_after_hours: float
    stale_share_pct: float
    classes: Mapping[str, Limit]
    domains: Mapping[str, Mapping[str, Limit]]

    def limits(self, domain_code: str) -> Mapping[str, Limit]:
        """Return class code -> limit for one domain."""
        return {**self.classes, **self.domains.get(domain_code, {})}


def _limits(raw: Mapping[str, Any], where: str) -> dict[str, Limit]:
    found = {}
    for code, spec in raw.items():
        side = "under" if code == "green" else "over"
        if code not in ("red", "orange", "yellow", "green") or side not in spec or "probability" not in spec:
            raise RiskRuleError(f"{where}: {code}: {spec!r}: need over (green: under), probability")
        if not 0.5 <= spec["probability"] < 1:
            raise RiskRuleError(f"{where}: {code}: probability {spec['probability']!r} is not in [0.5, 1)")
        found[code] = Limit(float(spec[side]), float(spec["probability"]), int(spec.get("least_count", 0)))
    return found


def _version(raw: Mapping[str, Any], where: str) -> RiskRules:
    try:
        rules = RiskRules(
            version=str(raw["version"]),
            window_days=int(raw["window_days"]),
            half_life_days=float(raw["half_life_days"]),
            baseline_months=int(raw["baseline_months"]),
            min_baseline_days=int(raw["min_baseline_days"]),
            cycles_down=int(raw["cycles_down"]),
            severity_weight={int(level): float(weight) for level, weight in raw["severity_weight"].items()},
            thin_incident_count=int(raw["thin"]["incident_count"]),
            thin_expected_count=float(raw["thin"]["expected_count"]),
            stale_after_hours=float(raw["stale_after_hours"]),
            stale_share_pct=float(raw["stale_share_pct"]),
            classes=_limits(raw["classes"], where),
            domains={
                code: _limits(spec, f"{where}: {code}") for code, spec in (raw.get("domains") or {}).items()
            },
        )
    except KeyError as missing:
        raise RiskRuleError(f"{where}: {missing.args[0]} is missing") from missing
    absent = {"red", "orange", "yellow", "green"} - set(rules.classes)
    if absent or min(rules.window_days, rules.half_life_days, rules.baseline_months, rules.cycles_down) < 1:
        raise RiskRuleError(f"{where}: classes missing {sorted(absent)}, or a length below 1")
    return rules


def load_rules(on: date, *, path: Path = RULES_PATH) -> RiskRules:
    """Return the newest version of the rules valid on a date.

    Raises:
        RiskRuleError: no version is valid on that date, or a value cannot be used.
    """
    versions = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("versions") or []
    valid = sorted((raw for raw in versions if raw["valid_from"] <= on), key=lambda raw: raw["valid_from"])
    if not valid:
        # A replay of older data than any rule still deserves a map: the first version stands in.
        valid = sorted(versions, key=lambda raw: raw["valid_from"])[:1]
    if not valid:
        raise RiskRuleError(f"{path.name}: no versions")
    return _version(valid[-1], f"{path.name} version {valid[-1].get('version')}")
