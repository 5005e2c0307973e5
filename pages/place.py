"""A place's own page (一企一所一码): its code and score parts, code history, visits, hazards, drills, events beside it."""

from components.page import register_page
from components.tiles.place import PlaceEvents, PlaceFacts, PlaceScore, PlaceTable

CODES = "valid_from_at colour_code colour_reason_code code_score inherent_score hazard_score behaviour_score event_score"
VISITS = "inspected_at visit_kind_code check_result_code checked_item_count failed_item_count hazard_count campaign_id"
HAZARDS = "found_at check_item_code hazard_level_code due_at rectified_at verified_at relapsed_at"
DRILLS = "drilled_at drill_kind_code participant_count evacuation_minutes"


def _table(uid: str, columns: str, *, area: str, limit: int) -> PlaceTable:
    """Returns rows of the listing place_<uid>."""
    shown = {"columns": tuple(columns.split()), "limit": limit}
    return PlaceTable(uid=uid, title=f"place.{uid}", area=area, listing=f"place_{uid}", **shown)


register_page(
    __name__,
    path="/places/<id>",
    title="page.place",
    permission="modules",
    has_filters=False,
    tiles=[
        PlaceFacts(uid="facts", title="place.facts", area="half"),
        PlaceScore(uid="score", title="place.score", area="half"),
        _table("codes", CODES, area="half", limit=10),
        _table("inspections", VISITS, area="half", limit=10),
        _table("hazards", HAZARDS, area="wide", limit=12),
        PlaceEvents(uid="events", title="place.events", area="third"),
        _table("drills", DRILLS, area="third", limit=8),
    ],
)
