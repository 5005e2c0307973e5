"""Hot topics (热点) from what people write, and the residents' councils (议事会) that take them up, meet and answer."""

from functools import partial

from components.page import register_page
from components.tiles.area_map import AreaMap
from components.tiles.metric_table import MetricTable
from components.tiles.roster import Roster
from components.tiles.shares import Shares
from components.tiles.stages import Stages
from components.tiles.topic_list import TopicList
from components.tiles.vital_signs import VitalSigns

VOICES = "topic_voice_count"
HOT = ("topic_hot_count", "topic_unheard_count", "topic_count", "topic_named_pct")
IN_TIME = ("deliberation_held_in_time_pct", "deliberation_answered_in_time_pct")
COUNCIL = ("deliberation_open_count", "deliberation_overdue_count", *IN_TIME)
STEPS = ("deliberation_count", *(f"deliberation_{step}_count" for step in ("invited", "held", "answered")))
SATISFIED = ("deliberation_reached_pct", "deliberation_satisfied_pct")
ORIGIN = ("deliberation_count", "deliberation_held_count", "deliberation_attendee_count", *SATISFIED)
TEXTS = ("reported_at", "topic_id", "feed_id", "grid_id", "description_text")
Open = partial(Roster, is_standing=True)
OPEN = ("agenda_text", "area_id", "proposed_at", "agenda_code", "due_at", "open_days")
Half, Column = partial(MetricTable, area="half"), partial(Shares, by="feed_id", over="date")

register_page(
    __name__,
    path="/livelihood/voice",
    title="page.livelihood_voice",
    nav_order=6,
    permission="modules",
    default_period="28d",
    tiles=[
        VitalSigns(uid="vitals", title="voice.vitals", shown=(*HOT, *COUNCIL)),
        TopicList(uid="hot", title="voice.hot"),
        TopicList(uid="often", title="voice.often", area="half", listing="topics_often", limit=10),
        AreaMap(uid="where", title="voice.where", area="half", metric=VOICES),
        Column(uid="feeds", title="voice.feeds", area="half", metric=VOICES, is_absolute=True),
        Roster(uid="texts", title="voice.texts", area="half", metric=VOICES, side="named", columns=TEXTS),
        Stages(uid="loop", title="voice.loop", shown=STEPS),
        Half(uid="origin", title="voice.origins", by="council_origin_code", shown=ORIGIN),
        Half(uid="category", title="voice.categories", by="category_code", shown=(*ORIGIN[:2], *IN_TIME)),
        Open(uid="open", title="voice.open", metric=COUNCIL[0], columns=OPEN, order="proposed_at"),
    ],
)
