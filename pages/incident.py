"""One incident (事件): its life, the reports merged into it, every clock and whether it counts."""

from components.page import register_page
from components.tiles.case import CaseClocks, CaseFacts, CaseMap, CaseReports
from components.tiles.case_limits import CaseLimits
from components.tiles.case_steps import CaseSteps

register_page(
    __name__,
    path="/incidents/<id>",
    title="page.incident",
    permission="cases",
    has_filters=False,
    tiles=[
        CaseFacts(uid="facts", title="case.facts", area="wide"),
        CaseMap(uid="map", title="case.map", area="third"),
        CaseLimits(uid="limits", title="limits.title"),
        CaseSteps(uid="steps", title="case.steps", area="third"),
        CaseClocks(uid="clocks", title="case.clocks", area="wide"),
        CaseReports(uid="reports", title="case.reports"),
    ],
)
