"""Query (组合查询): any metric by any dimension it has, under any filter; no SQL."""

from components.page import register_page
from components.tiles.query_answer import QueryChart, QueryMap, QueryTable
from components.tiles.query_bar import QueryBar

register_page(
    __name__,
    path="/query",
    title="page.query",
    nav_order=10,
    permission="query",
    default_period="90d",
    tiles=[
        QueryBar(uid="ask", title="query.ask"),
        QueryTable(uid="rows", title="query.rows", area="half"),
        QueryChart(uid="chart", title="query.chart", area="half"),
        QueryMap(uid="map", title="query.map", area="half"),
    ],
)
