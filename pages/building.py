"""One building (楼宇): what it is, its numbers, and its floors with the firms in them."""

from components.page import register_page
from components.tiles.building_floors import BuildingFacts, BuildingFloors

register_page(
    __name__,
    path="/buildings/<id>",
    title="page.building",
    permission="modules",
    has_filters=False,
    default_period="28d",
    tiles=[
        BuildingFacts(uid="facts", title="economy.facts", area="third"),
        BuildingFloors(uid="floors", title="economy.floors", area="wide"),
    ],
)
