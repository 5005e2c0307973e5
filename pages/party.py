"""智慧党建: are communities active, who leads and who checks in, what the boards tell, how tasks meet incidents."""

from components.page import register_page
from components.tiles.area_map import AreaMap
from components.tiles.listing_table import ListingTable
from components.tiles.metric_table import MetricTable
from components.tiles.points_map import PointsMap
from components.tiles.roster import Roster
from components.tiles.shares import Shares
from components.tiles.vital_signs import VitalSigns

# fmt: off
VITALS = (
    "party_month_covered_pct", "party_active_now_pct", "party_attended_pct", "party_org_vacant_count",
    "double_report_org_pct", "party_case_count", "pilot_scene_open_count", "estate_bare_community_count",
)
COVERED = ("party_month_covered_pct", "party_event_count", "party_attended_pct", "party_online_pct")
REPORTED = ("double_report_org_pct", "double_report_member_pct")
ORGS = ("party_org_count", "party_org_vacant_count", "party_member_count", *REPORTED)
TASKS = ("party_task_count", "party_task_done_pct", "party_task_linked_pct", "party_service_hours")
ESTATES = ("estate_count", "estate_bare_count", "estate_red_pct", "estate_committee_pct")
EVERY = (*COVERED[:2], *ORGS[:3], "double_report_org_pct", "party_service_hours", "red_flag_point_count",
         "estate_bare_count", "estate_red_pct", "volunteer_per_1000")
BOARDS = ("media_post_count", "media_view_count", "media_reaction_count")
CASES = ("party_case_count", "party_case_solved_pct", "other_case_solved_pct", "party_case_on_time_pct",
         "other_case_on_time_pct")
VACANT = ("org_name", "org_code", "area_id", "vacant_from_at")
AWAITED = ("org_name", "org_code", "area_id", "listed_at")
HELPED = ("incident_id", "category_code", "grid_id", "first_signal_at", "due_at")
POSTS = ("title_name", "board_code", "posted_at", "read_count", "reaction_count")
STATES = ("area_id", "scene_code", "scene_state_code", "open_by_date", "opened_date")
SPOT = ("place_name", "category_code", "taken_at")
HALF, THIRD, FIRST = {"area": "half"}, {"area": "third"}, {"area": "half", "limit": 8}

TILES = [
    VitalSigns(uid="vitals", title="party.vitals", shown=VITALS),
    AreaMap(uid="map", title="party.coverage", metric="party_month_covered_pct", level="community", **HALF),
    MetricTable(uid="months", title="party.months", by="month", shown=COVERED, **HALF),
    MetricTable(uid="communities", title="party.communities", by="community", shown=EVERY, limit=44),
    MetricTable(uid="orgs", title="party.orgs", by="org_code", shown=ORGS, **HALF),
    Roster(uid="vacant", title="party.vacant", metric="party_org_vacant_count", side="post_empty", columns=VACANT,
           order="vacant_from_at", is_standing=True, **FIRST),
    MetricTable(uid="events", title="party.events", by="event_code", shown=COVERED[1:], **THIRD),
    MetricTable(uid="tasks", title="party.tasks", by="task_code", shown=TASKS, **THIRD),
    MetricTable(uid="boards", title="party.boards", by="board_code", shown=BOARDS, **THIRD),
    Roster(uid="awaited", title="party.awaited", metric="double_report_org_pct", side="awaited", columns=AWAITED,
           order="listed_at", is_standing=True, **FIRST),
    ListingTable(uid="posts", title="party.posts", listing="media_posts", columns=POSTS, **FIRST),
    MetricTable(uid="cases", title="party.cases", by="category_code", shown=CASES, has_total=False, limit=12),
    Shares(uid="links", title="party.links", metric="party_task_count", by="case_link_code"),
    Roster(uid="helped", title="party.helped", metric="party_case_count", side="helped_open", columns=HELPED,
           order="due_at", **FIRST),
    PointsMap(uid="spots", title="party.spots", listing="party_spots", colour="task_code", label=SPOT,
              page="/{page_kind}/{page_id}", **HALF),
    ListingTable(uid="scenes", title="party.pilots", area="half", listing="pilot_scenes", columns=STATES, limit=12),
    MetricTable(uid="property", title="party.property", by="property_code", shown=ESTATES, **HALF),
]

register_page(__name__, path="/party", title="page.party", nav_order=1, permission="modules", default_period="90d", tiles=TILES)
