"""Grid portrait (网格画像): one grid, its facts, colours, numbers and open cases."""

from components.page import register_page
from components.tiles.area_portrait import AREA_VITALS, AreaFacts, AreaRisk, OpenList
from components.tiles.changes import Changes
from components.tiles.ranking import Ranking
from components.tiles.risk_map import RiskMap
from components.tiles.trend import Trend
from components.tiles.vital_signs import VitalSigns

register_page(
    __name__,
    path="/grid/<id>",
    title="page.grid",
    permission="cases",
    area_param="id",
    tiles=[
        AreaFacts(uid="facts", title="grid.facts", area="third"),
        RiskMap(uid="map", title="grid.map", area="third", has_tabs=False),
        AreaRisk(uid="risk", title="grid.risk", area="third"),
        VitalSigns(uid="vitals", title="grid.vitals", shown=AREA_VITALS),
        Trend(uid="trend", title="grid.trend", area="half", metric="incident_count"),
        Changes(uid="changes", title="overview.changes", area="half", metric="incident_count", limit=8),
        Ranking(
            uid="category",
            title="incidents.by_category",
            area="half",
            metric="incident_count",
            by="category_code",
            limit=10,
        ),
        OpenList(uid="open", title="grid.open", area="half", metric="open_count", limit=12),
    ],
)
