"""Rows (明细): everything behind a number of a module, by side, page after page, with what was left out and why."""

from components.page import register_page
from components.tiles.roster import RowBook

register_page(
    __name__,
    path="/rows/<metric>",
    title="page.rows",
    permission="modules",
    tiles=[RowBook(uid="rows")],
)
