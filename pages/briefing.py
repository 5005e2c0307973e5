"""The briefing (每日简报): what the morning's meeting starts from, on paper; noted, released, taken along, archived."""

from components.page import register_page
from components.tiles.briefing_desk import BriefingDesk, BriefingRuns

register_page(
    __name__,
    path="/briefing",
    title="page.briefing",
    nav_order=10,
    permission="briefing",
    has_filters=False,
    tiles=[
        BriefingDesk(uid="desk"),
        BriefingRuns(uid="runs"),
    ],
)
