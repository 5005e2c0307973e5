"""One incident's life (办理过程): every act once, by whom, and which source told it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from dash import html

from components.context import Context
from components.numbers import duration_text, instant_full, is_known
from components.tiles.case import CaseTile
from components.tiles.event_table import minutes_between

# Acts at the same instant stand in the order in which they happen.
ORDER = (
    "occur signal register verify_sent verify file dispatch return accept arrive extend suspend "
    "handle check_sent check reopen close call_back"
).split()
RANK = {code: place for place, code in enumerate(ORDER)}


@dataclass(frozen=True, kw_only=True)
class CaseSteps(CaseTile):
    """The steps in order, with the time since the one before; what only extra reports tell stands back."""

    def show(self, case: dict, ctx: Context):
        """Returns the timeline."""
        lead = case["incident"]["lead_report_id"]
        items, before = [], None
        for _, step in merge_steps(case["steps"], lead).iterrows():
            gap = minutes_between(before, step["acted_at"]) if step["is_lead"] else None
            before = step["acted_at"] if step["is_lead"] else before
            items.append(_item(step, gap, ctx))
        if not items:
            return html.P(ctx.t("common.nothing"), className="empty")
        return html.Ol(items, className="steps")


def merge_steps(steps: pd.DataFrame, lead_report_id: str) -> pd.DataFrame:
    """Returns every act once.

    A report's columns and its process log tell the same act at the same instant: the log's line stays, it knows the
    department of that moment and the reason. Equal acts of several reports become one, told by several sources.

    Columns:
        step_code, acted_at, department_id, reason_text, outcome_code, deadline_at (null: not told); feed_ids (tuple);
        is_lead (told of the report that leads the incident).
    """
    if steps.empty:
        return steps.assign(feed_ids=[], is_lead=[])
    own = steps["report_id"].str.partition(":")[0]
    ordered = steps.assign(
        is_log=steps["feed_id"] != own,
        is_lead=steps["report_id"] == lead_report_id,
        rank=steps["step_code"].map(RANK).fillna(len(RANK)),
    ).sort_values(
        ["acted_at", "rank", "is_lead", "is_log"], ascending=[True, True, False, False], kind="stable"
    )
    ordered = ordered.drop_duplicates(["report_id", "step_code", "acted_at"])
    acts = ordered.groupby(["acted_at", "rank", "step_code"], sort=False, dropna=False)
    firsts = acts[["department_id", "reason_text", "outcome_code", "deadline_at"]].first()
    merged = firsts.assign(
        is_lead=acts["is_lead"].any(), feed_ids=acts["feed_id"].agg(lambda told: tuple(dict.fromkeys(told)))
    )
    return merged.reset_index().sort_values(["acted_at", "rank"], kind="stable")


def _item(step, gap: float | None, ctx: Context):
    code, is_extra = step["step_code"], not step["is_lead"]
    name = ctx.maybe(f"step.{code}", str(code))
    if is_extra:
        name = ctx.t("case.again") if code == "signal" else ctx.t("case.extra", name=name)
    return html.Li(
        [
            html.Span(
                [
                    html.Span(instant_full(step["acted_at"], ctx), className="digits"),
                    html.Span(" / ".join(ctx.name("feed", each) for each in step["feed_ids"])),
                ],
                className="step-at",
            ),
            html.B(name),
            html.Span(f"+{duration_text(gap, ctx)}" if gap is not None else "", className="step-gap digits"),
            html.Span(_detail(step, ctx), className="step-detail"),
        ],
        className="step" + (" is-extra" if is_extra else ""),
    )


def _detail(step, ctx: Context) -> str:
    parts = []
    if is_known(step["department_id"]) and step["is_lead"]:
        parts.append(ctx.name("department", step["department_id"]))
    if is_known(step["outcome_code"]):
        parts.append(ctx.maybe(f"outcome.{step['outcome_code']}", str(step["outcome_code"])))
    if is_known(step["deadline_at"]):
        parts.append(ctx.t("case.until", instant=instant_full(step["deadline_at"], ctx)))
    if is_known(step["reason_text"]):
        parts.append(str(step["reason_text"]))
    return " · ".join(parts)
