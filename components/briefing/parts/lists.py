"""Lists of the annex (清单): overdue cases with their posts, grids that changed colour."""

from __future__ import annotations

from components.briefing.desk import Desk
from components.briefing.document import Cell, Column, Table
from components.briefing.grammar import Speech
from components.briefing.parts.risk import LISTING, changed_grids
from components.briefing.posts import ABOVE, GROUND, posts_of
from components.briefing.tables import text_cell, word_columns
from components.numbers import is_known

MOST_OVERDUE = 30


def overdue_table(desk: Desk, speech: Speech) -> Table:
    """Returns the overdue cases nobody suspended, gravest first, with the posts that answer for them."""
    request = desk.request("open_overdue_count", is_now=True)
    rows = desk.rows(request, limit=MOST_OVERDUE, order="is_suspended,-severity_level,-due_at", side="late")
    rows = rows[~rows["is_suspended"].fillna(False).astype(bool)]
    columns = (
        *word_columns(speech, ["table.case", "table.kind", "table.grid", "table.department"]),
        Column(name=speech.piece("table.due").text, kind="instant"),
        *word_columns(speech, ["table.over", "table.post", "table.above"]),
    )
    made = tuple(_overdue(desk, speech, request=request, row=row) for row in rows.to_dict("records"))
    title = speech.phrase("table.overdue", most=str(MOST_OVERDUE)).text
    return Table(key="overdue", title=title, columns=columns, rows=made)


def _overdue(desk: Desk, speech: Speech, *, request, row: dict) -> tuple[Cell, ...]:
    key = str(row["incident_id"])
    over = desk.row_fact(request, key, (desk.edition.as_of_at - row["due_at"]).total_seconds() / 60)
    due = desk.instant(row["due_at"])
    posts = posts_of(desk, speech, row["grid_id"])
    above = next((posts[role] for role in reversed(ABOVE) if role in posts), "—")
    grid = (
        desk.ctx.name("area", row["grid_id"])
        if is_known(row["grid_id"])
        else speech.piece("late.no_place").text
    )
    return (
        text_cell(key.partition(":")[2] or key),
        text_cell(desk.ctx.name("category", row["category_code"])),
        text_cell(grid),
        text_cell(desk.ctx.name("department", row["department_id"])),
        Cell(due.isoformat(sep=" ", timespec="minutes"), f"{due:%Y-%m-%d %H:%M}"),
        Cell(speech.duration(over).text, speech.duration(over).text, over),
        text_cell(posts.get(GROUND, "—")),
        text_cell(above),
    )


def recoloured_table(desk: Desk, speech: Speech) -> Table | None:
    """Returns the grids that changed colour, those that went up first; None where the map is unknown."""
    rows = changed_grids(desk)
    if rows is None:
        return None
    names = ["table.grid", "table.before", "table.now", "table.domain"]
    columns = (
        *word_columns(speech, names),
        Column(name=speech.piece("table.count").text, kind="number"),
        Column(name=speech.piece("table.expected").text, kind="number", decimals=1),
        Column(name=speech.piece("table.times").text, kind="number", decimals=2),
    )
    made = tuple(_recoloured(desk, speech, row) for row in rows.to_dict("records"))
    title = speech.piece("table.recoloured").text
    return Table(key="recoloured", title=title, columns=columns, rows=made)


def _recoloured(desk: Desk, speech: Speech, row: dict) -> tuple[Cell, ...]:
    figures = []
    for name, form in (("incident_count", "{:.0f}"), ("expected_count", "{:.1f}"), ("ratio", "{:.2f}")):
        fact = desk.listing_fact(LISTING, row[name], by=name, key=str(row["grid_id"]))
        figures.append(Cell(fact.value, speech.plain(fact.value, form), fact))
    return (
        text_cell(desk.ctx.name("area", row["grid_id"])),
        *(text_cell(speech.piece(f"risk.{row[name]}").text) for name in ("before_code", "class_code")),
        text_cell(desk.ctx.name("domain", row["worst_domain_code"])),
        *figures,
    )
