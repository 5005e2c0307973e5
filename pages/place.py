"""A place's own page (一企一所一码): its code and score parts, code history, visits, hazards, drills, events beside it."""

from components.page import register_page
from components.tiles.place import PlaceEvents, PlaceFacts, PlaceScore, PlaceTable

CODES = tuple(
    "valid_from_at colour_code colour_reason_code code_score hazard_score behaviour_score event_score last_check_at".split()
)
VISITS = tuple(
    "inspected_at visit_kind_code check_result_code checked_item_count failed_item_count hazard_count campaign_id".split()
)
HAZARDS = tuple(
    "found_at check_item_code hazard_level_code due_at rectified_at verified_at relapsed_at".split()
)
DRILLS = ("drilled_at", "drill_kind_code", "participant_count", "evacuation_minutes")

register_page(
    __name__,
    path="/places/<id>",
    title="page.place",
    permission="modules",
    has_filters=False,
    tiles=[
        PlaceFacts(uid="facts", title="place.facts", area="half"),
        PlaceScore(uid="score", title="place.score", area="half"),
        PlaceTable(
            uid="codes", title="place.history", area="half", listing="place_codes", columns=CODES, limit=20
        ),
        PlaceTable(
            uid="visits",
            title="place.inspections",
            area="half",
            listing="place_inspections",
            columns=VISITS,
            limit=20,
        ),
        PlaceTable(
            uid="hazards",
            title="place.hazards",
            area="half",
            listing="place_hazards",
            columns=HAZARDS,
            limit=20,
        ),
        PlaceEvents(uid="events", title="place.events", area="half"),
        PlaceTable(
            uid="drills", title="place.drills", area="half", listing="place_drills", columns=DRILLS, limit=10
        ),
    ],
)
