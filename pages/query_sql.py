"""SQL console (SQL 控制台): one read-only statement on the asker's own rows, as a table, a chart or a map."""

from components.page import register_page
from components.tiles.query_console import QueryConsole

register_page(
    __name__,
    path="/query/sql",
    title="page.query_sql",
    nav_order=10,
    permission="query",
    has_filters=False,
    tiles=[QueryConsole(uid="desk", title="console.title")],
)
