"""Ways from a number (去向): to the rows behind it, or to a filter; decided in one place for every tile."""

from __future__ import annotations

from urllib.parse import quote

from components.context import Context
from components.numbers import is_known
from data.catalogue import catalogue
from data.request import written_picked

# Dimension -> its own parameter in the address; a level of areas has `area`, everything else is picked.
PARAMETERS = {
    "feed_id": "source",
    "category_code": "category",
    "domain_code": "domain",
    "department_id": "department",
    "severity_level": "severity",
    "area_id": "area",
    "grid_id": "area",
}
TIMES = ("date", "month")


def parameter_of(column: str, ctx: Context) -> str:
    """Returns the address parameter a column is filtered by; empty for one that is picked."""
    return "area" if column in ctx.town.levels else PARAMETERS.get(column, "")


def chosen(column: str, ctx: Context) -> str | None:
    """Returns the value a column is filtered by on this screen, None for none."""
    parameter = parameter_of(column, ctx)
    return (ctx.view.params.get(parameter) if parameter else dict(ctx.filters.picked).get(column)) or None


def said(column: str, value: object, ctx: Context) -> str:
    """Returns the change of the address that filters a column by a value, or clears it when it is chosen already."""
    parameter = parameter_of(column, ctx)
    text = "" if not is_known(value) or chosen(column, ctx) == str(value) else str(value)
    if column in TIMES:
        return f"period={quote(_period(column, value))}"
    if parameter:
        return f"{parameter}={quote(text)}"
    return f"pick={quote(_picked(ctx, {column: text}))}"


def pick_marks(column: str, value: object, ctx: Context) -> dict[str, str]:
    """Returns what makes an element a button that filters by `value`; nothing for an unknown value."""
    if not is_known(value):
        return {}
    return {"data-set": said(column, value, ctx), "tabIndex": "0", "role": "button"}


def rows_link(
    metric_id: str, ctx: Context, /, *, side: str | None = None, period: str | None = None, **where: object
) -> dict[str, str]:
    """Returns the `href` of the rows behind a number, further filtered by `where` (column -> value).

    Marts with a list of their own have it under `/rows/<metric>`; numbers of incidents lead to the incidents.
    `period` stands for the one on screen, which is kept without it.
    A visitor who may not see rows gets no link.
    """
    mart = catalogue().mart(catalogue().metric(metric_id).model)
    if not ctx.may("modules" if mart.listed else "cases"):
        return {}
    # The rows' own page has another period of its own than a page with one has.
    told = period or (None if ctx.view.params.get("period") else ctx.default_period)
    changes: dict[str, str | None] = {"period": told} if told else {}
    picks = {}
    for column, value in where.items():
        parameter = parameter_of(column, ctx)
        if column in TIMES:
            changes["period"] = _period(column, value)
        elif parameter:
            changes[parameter] = str(value)
        else:
            picks[column] = str(value)
    changes |= {"pick": _picked(ctx, picks) or None, "side": side, "page": None, "order": None}
    if mart.listed:
        return {"href": ctx.link(f"/rows/{quote(metric_id)}", **changes)}
    return {"href": ctx.link("/incidents", kpi=metric_id, **changes)}


def _picked(ctx: Context, changes: dict[str, str]) -> str:
    found = dict(ctx.filters.picked) | changes
    return written_picked(tuple(sorted((column, value) for column, value in found.items() if value)))


def _period(column: str, value: object) -> str:
    """A day as it is; a month from its first to its last day."""
    text = str(value)[:10]
    if column == "date":
        return f"{text}..{text}"
    year, month = int(text[:4]), int(text[5:7])
    last = 31 if month in (1, 3, 5, 7, 8, 10, 12) else 30 if month != 2 else 29 - bool(year % 4)
    return f"{text[:7]}-01..{text[:7]}-{last}"
