"""What people talk about (热点): texts of complaints, of citizens and of repairs become topics with their growth.

Built once a local day, from eight weeks of texts. Texts are masked at the loader's door already.
"""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

import duckdb
import pandas as pd

from data.town import Town
from etl.module_topic_groups import Grouping, find_topics
from etl.module_topic_growth import COLUMNS, SPAN_DAYS, Heat, growth
from etl.module_topic_words import RULES, Cutter

CHANNELS = ("complaint", "citizen")
MOST_VOICES = 60_000  # more are sampled: 12,000 texts a month are 24,000 here
HERE = Path(__file__).resolve().parent
# The address is where, not what. Texts without words count for no topic.
TEXTS = """
    SELECT m.report_id AS voice_id, m.report_id, m.incident_id, m.feed_id, m.category_code, m.department_id, m.grid_id,
        m.reported_at, m.category_code AS matter_key, m.address_text,
        CASE WHEN m.address_text <> '' THEN replace(m.description_text, m.address_text, ' ')
            ELSE m.description_text END AS matter_text, m.description_text
    FROM mart_report AS m INNER JOIN dim_feed AS f ON f.feed_id = m.feed_id AND list_contains($channels, f.channel)
    WHERE m.cancelled_code IS NULL AND m.description_text IS NOT NULL
    UNION ALL
    SELECT r.repair_id, NULL, NULL, r.feed_id, NULL, NULL, p.grid_id,
        r.reported_at, 'repair:' || r.repair_source_code, r.address_text,
        CASE WHEN r.address_text <> '' THEN replace(r.description_text, r.address_text, ' ') ELSE r.description_text END,
        r.description_text
    FROM raw_repair AS r LEFT JOIN place_repair AS p ON p.repair_id = r.repair_id
    WHERE r._is_current AND r.cancelled_at IS NULL AND r.description_text IS NOT NULL"""
RECENT = f"""
    SELECT t.*, a.parent_id AS community_id, date_diff('day', local_at(t.reported_at)::DATE, d.as_of_date) AS age_days,
        md5(t.matter_text) AS text_key,
        min(coalesce(t.incident_id, t.voice_id)) OVER (PARTITION BY t.description_text, t.address_text, t.grid_id,
            local_at(t.reported_at)::DATE) AS voice_key
    FROM ({TEXTS}) AS t CROSS JOIN day_input AS d
    LEFT JOIN dim_area AS a ON a.area_id = t.grid_id AND a.level_code = 'grid' AND a.hierarchy_code = $hierarchy
    WHERE local_at(t.reported_at)::DATE BETWEEN d.as_of_date - {SPAN_DAYS} AND d.as_of_date
      AND t.reported_at <= d.as_of_at
    ORDER BY hash(t.voice_id), t.voice_id"""


def make_words(con: duckdb.DuckDBPyConnection, town: Town) -> pd.DataFrame:
    """Returns text_key, terms (list), cut_key: each text of eight weeks once; what was cut before is not cut again."""
    texts = _recent(con, town).drop_duplicates("text_key")
    digest = hashlib.sha256((HERE / "module_topic_words.py").read_bytes() + RULES.read_bytes())
    names = sorted(
        name for (name,) in con.execute("SELECT DISTINCT name_zh FROM dim_area").fetchall() if name
    )
    digest.update("\n".join(names).encode())
    key = digest.hexdigest()[:16]
    kept = _kept(con, key)
    texts = texts.sort_values("text_key")
    cutter = Cutter(town.file.language, places=names)
    terms = [
        kept[each] if each in kept else cutter.terms(text)
        for each, text in texts[["text_key", "matter_text"]].to_numpy()
    ]
    made = pd.DataFrame(
        {"text_key": texts["text_key"].to_numpy(), "terms": ["\n".join(each) for each in terms]}
    )
    return made.assign(cut_key=key).astype("string")


def _kept(con: duckdb.DuckDBPyConnection, key: str) -> dict[str, list[str]]:
    """Returns text_key -> terms of the table's last build, where the words and the dictionary are the same."""
    held = con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'core_topic_word'").fetchall()
    if not held:
        return {}
    rows = con.execute("SELECT text_key, terms FROM core_topic_word WHERE cut_key = ?", [key]).fetchall()
    return {each: terms.split("\n") if terms else [] for each, terms in rows}


def make_voices(con: duckdb.DuckDBPyConnection, town: Town) -> pd.DataFrame:
    """Returns one row per text of eight weeks with its topic.

    Columns:
        voice_id (report or repair), report_id, incident_id (null: a repair), feed_id, category_code, department_id, grid_id,
        community_id, reported_at, age_days (0: today), voice_key (what counts as one), description_text (masked), topic_id and
        topic_name (null: none), sampled_pct (share of texts looked at).
    """
    rows, rules = _recent(con, town), _rules(con)
    words = dict(con.execute("SELECT text_key, terms FROM core_topic_word").fetchall())
    rows["terms"] = [words[each].split("\n") if words.get(each) else [] for each in rows["text_key"]]
    texts = rows[["terms", "community_id"]].assign(category_code=rows["matter_key"])
    how = Grouping(least=int(rules["topic.least_count"]))
    found = find_topics(texts, how=how, language=town.file.language)
    names = found.topics.set_index("topic_id")["topic_name"]
    rows["topic_id"] = found.topic.astype("string")
    rows["topic_name"] = rows["topic_id"].map(names).astype("string")
    rows = rows.drop(columns=["terms", "text_key", "matter_key", "matter_text", "address_text"])
    plain = [name for name in rows if name not in ("reported_at", "age_days", "sampled_pct")]
    return rows.astype(dict.fromkeys(plain, "string")).sort_values("voice_id", ignore_index=True)


def make_growth(con: duckdb.DuckDBPyConnection, town: Town) -> pd.DataFrame:
    """Returns one row per topic, area and window: see `etl.module_topic_growth.COLUMNS`, and sampled_pct."""
    rules = _rules(con)
    heat = Heat(
        int(rules["topic.least_count"]), rules["topic.hot_ratio"], rules["topic.false_alarm_pct"] / 100
    )
    voices = con.execute(
        """SELECT v.topic_id, v.community_id, v.feed_id, v.voice_key, v.age_days, v.sampled_pct,
            coalesce(date_diff('day', f.first_date, d.as_of_date), 0) AS known_days
        FROM core_topic_voice AS v CROSS JOIN day_input AS d LEFT JOIN (
            SELECT feed_id, min(reported_date) AS first_date FROM mart_report GROUP BY feed_id
            UNION ALL SELECT feed_id, min(local_at(reported_at)::DATE) FROM raw_repair WHERE _is_current GROUP BY feed_id
        ) AS f ON f.feed_id = v.feed_id"""
    ).df()
    sampled = float(voices["sampled_pct"].min()) if len(voices) else 100.0
    made = growth(voices, heat=heat).assign(sampled_pct=sampled)
    return made.astype(COLUMNS | {"sampled_pct": "float64"})


def _recent(con: duckdb.DuckDBPyConnection, town: Town) -> pd.DataFrame:
    """Returns the texts of eight weeks; of too many an even part, always the same one."""
    hierarchy = next(iter(town.file.hierarchies)).id
    rows = con.execute(RECENT, {"channels": list(CHANNELS), "hierarchy": hierarchy}).df()
    part = max(1, math.ceil(len(rows) / MOST_VOICES))
    return rows.iloc[::part].reset_index(drop=True).assign(sampled_pct=100.0 / part)


def _rules(con: duckdb.DuckDBPyConnection) -> dict[str, float]:
    return dict(
        con.execute(
            "SELECT rule_id, value FROM rule_value WHERE rule_id LIKE 'topic.%' AND valid_to_date IS NULL"
        ).fetchall()
    )
