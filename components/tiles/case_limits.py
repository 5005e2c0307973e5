"""What limits one incident has (时限依据): the line of the responsibility list that applies, and what moved the deadline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from dash import html

from components.context import Context
from components.numbers import UNKNOWN, instant_full, is_known
from components.tiles.case import CaseTile
from data.listing import Listing

MOMENTS = ("limit_start_at", "due_raw_at", "due_at", "source_due_at", "supervised_at")


@dataclass(frozen=True, kw_only=True)
class CaseLimits(CaseTile):
    """The limit in force when the case began, from which point it runs, its basis, and the deadlines that follow."""

    def requests(self, ctx: Context) -> Mapping[str, object]:
        """Returns the incident and the responsibility list."""
        return {**super().requests(ctx), "lines": Listing("responsibility")}

    def draw(self, answers: Mapping[str, object], ctx: Context) -> tuple:
        """Returns the limit, or that there is none."""
        case = answers["case"]
        if case is None:
            return (html.P(ctx.t("case.missing"), className="empty"),)
        incident = case["incident"]
        found = line_of(incident, answers["lines"])
        terms = [*_line_terms(found, ctx), *_moment_terms(incident, ctx)]
        return (html.Dl([part for pair in terms for part in pair], className="definition two"),)


def line_of(incident: Mapping[str, object], lines: pd.DataFrame) -> pd.Series | None:
    """Returns the line of the list an incident's limit comes from; None where it has none."""
    version = incident["responsibility_version"]
    if not is_known(version):
        return None
    mine = lines[(lines["category_code"] == incident["category_code"]) & (lines["version"] == version)]
    # Some categories name a line per department, others one line for whoever handles them.
    own = mine[mine["department_id"] == incident["department_id"]]
    chosen = own if len(own) else mine
    return chosen.iloc[0] if len(chosen) else None


def _line_terms(line: pd.Series | None, ctx: Context) -> list[tuple]:
    if line is None:
        return [_pair(ctx.t("limits.limit"), ctx.t("limits.none"))]
    unit = ctx.maybe(f"limit_unit.{line['limit_unit']}", str(line["limit_unit"]))
    start = ctx.maybe(f"start_point.{line['start_point']}", str(line["start_point"]))
    value = f"{int(line['limit_value'])} {unit}" if is_known(line["limit_value"]) else ctx.t("limits.none")
    basis = str(line["basis"]) if is_known(line["basis"]) else UNKNOWN
    three = ctx.t("common.yes" if line["is_three_hour"] else "common.no")
    return [
        _pair(ctx.t("limits.limit"), value),
        _pair(ctx.t("limits.runs_from"), start),
        _pair(ctx.t("limits.three_hour"), three),
        _pair(ctx.t("limits.basis"), f"{basis} · {line['version']}"),
    ]


def _moment_terms(incident: Mapping[str, object], ctx: Context) -> list[tuple]:
    told = [(name, incident.get(name)) for name in MOMENTS]
    terms = [_pair(ctx.t(f"limits.{name}"), instant_full(at, ctx)) for name, at in told if is_known(at)]
    if is_known(incident["extension_count"]) and incident["extension_count"]:
        terms.append(_pair(ctx.column("extension_count"), str(int(incident["extension_count"]))))
    if is_known(incident["is_suspended"]) and incident["is_suspended"]:
        terms.append(_pair(ctx.t("stage.suspended"), ctx.t("limits.suspended")))
    return terms


def _pair(name: str, text: str) -> tuple:
    return html.Dt(name), html.Dd(text)
