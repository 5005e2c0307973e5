"""Area portrait (区域画像): a community or a circle, its facts, its grids' classes, numbers and open cases."""

from components.page import register_page
from components.tiles.area_portrait import AREA_VITALS, AreaClasses, AreaFacts, OpenList
from components.tiles.changes import Changes
from components.tiles.ranking import Ranking
from components.tiles.risk_map import RiskMap
from components.tiles.trend import Trend
from components.tiles.vital_signs import VitalSigns

register_page(
    __name__,
    path="/area/<id>",
    title="page.area",
    permission="cases",
    area_param="id",
    tiles=[
        AreaFacts(uid="facts", title="grid.facts", area="third"),
        RiskMap(uid="map", title="grid.map", area="third"),
        AreaClasses(uid="risk", title="area.classes", area="third"),
        VitalSigns(uid="vitals", title="area.vitals", shown=AREA_VITALS),
        Trend(uid="trend", title="grid.trend", area="half", metric="incident_count"),
        Changes(uid="changes", title="overview.changes", area="half", metric="incident_count", limit=8),
        Ranking(
            uid="place", title="incidents.by_area", area="third", metric="incident_count", by="grid", limit=16
        ),
        Ranking(
            uid="category",
            title="incidents.by_category",
            area="third",
            metric="incident_count",
            by="category_code",
            limit=16,
        ),
        OpenList(uid="open", title="grid.open", area="third", metric="open_count", limit=12),
    ],
)
