"""A place's own page (一企一所一码): its code and score parts, code history, visits, hazards, drills, events beside it."""

from components.page import register_page
from components.tiles.place import PlaceEvents, PlaceFacts, PlaceScore, PlaceTable

CODES = "valid_from_at colour_code colour_reason_code code_score"
CODES += " inherent_score hazard_score behaviour_score event_score"
VISITS = "inspected_at visit_kind_code check_result_code"
VISITS += " checked_item_count failed_item_count hazard_count campaign_id"
HAZARDS = "found_at check_item_code hazard_level_code due_at rectified_at verified_at relapsed_at"
DRILLS = "drilled_at drill_kind_code participant_count evacuation_minutes"
CODED = {"listing": "place_codes", "columns": tuple(CODES.split()), "area": "half", "limit": 10}
VISITED = {"listing": "place_inspections", "columns": tuple(VISITS.split()), "area": "half", "limit": 10}
FOUND = {"listing": "place_hazards", "columns": tuple(HAZARDS.split()), "area": "wide", "limit": 12}
DRILLED = {"listing": "place_drills", "columns": tuple(DRILLS.split()), "area": "third", "limit": 8}

register_page(
    __name__,
    path="/places/<id>",
    title="page.place",
    permission="modules",
    has_filters=False,
    tiles=[
        PlaceFacts(uid="facts", title="place.facts", area="half"),
        PlaceScore(uid="score", title="place.score", area="half"),
        PlaceTable(uid="codes", title="place.codes", **CODED),
        PlaceTable(uid="inspections", title="place.inspections", **VISITED),
        PlaceTable(uid="hazards", title="place.hazards", **FOUND),
        PlaceEvents(uid="events", title="place.events", area="third"),
        PlaceTable(uid="drills", title="place.drills", **DRILLED),
    ],
)
