"""How values are written (数字格式): in the metric's own format, unknown as a dash, never as zero."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from components.context import Context

UNKNOWN = "—"


def is_known(value: object) -> bool:
    """Whether a value is there: neither None, NaN, NaT nor a nullable column's NA."""
    return value is not None and value is not pd.NA and value == value


def bare(value: object) -> object:
    """Returns a frame's value as Python has it; unknown is None."""
    if not is_known(value):
        return None
    return value.item() if hasattr(value, "item") else value


def number_text(value: object, form: str = "{:,.0f}") -> str:
    """Returns a number in a metric's format; unknown is a dash, never a zero."""
    return form.format(float(value)) if is_known(value) else UNKNOWN


def count_text(value: object) -> str:
    """Returns a count with thousands separators."""
    return number_text(value)


def duration_text(minutes: object, ctx: Context) -> str:
    """Returns a duration in the largest unit that keeps it short: minutes, hours or days."""
    if not is_known(minutes):
        return UNKNOWN
    minutes = float(minutes)
    sign = "−" if minutes < 0 else ""
    minutes = abs(minutes)
    if minutes < 90:
        return sign + ctx.t("common.minutes", value=f"{minutes:.0f}")
    if minutes < 48 * 60:
        return sign + ctx.t("common.hours", value=f"{minutes / 60:.1f}")
    return sign + ctx.t("common.days", value=f"{minutes / 1440:.1f}")


def instant_short(instant: datetime | None, ctx: Context) -> str:
    """Returns an instant in the town's time: the hour alone when it is the as-of day, else with the date."""
    local = ctx.local(instant)
    if local is None:
        return UNKNOWN
    today = ctx.local(ctx.as_of_at)
    if today is not None and local.date() == today.date():
        return local.strftime("%H:%M")
    if today is not None and local.year != today.year:
        return local.strftime("%Y-%m-%d %H:%M")
    return local.strftime("%m-%d %H:%M")


def instant_full(instant: datetime | None, ctx: Context) -> str:
    """Returns an instant in the town's time to the second."""
    local = ctx.local(instant)
    return UNKNOWN if local is None else local.strftime("%Y-%m-%d %H:%M:%S")


def interval_text(low: object, high: object, form: str) -> str:
    """Returns an interval, or nothing when the metric has none."""
    if not (is_known(low) and is_known(high)):
        return ""
    return f"{number_text(low, form)}–{number_text(high, form)}"
