-- grain: one row per coded place and one instant at which something changed that its code depends on (definitions 3.11)
WITH ruled AS MATERIALIZED (
    SELECT
        rule_version,
        item['hazard_weight.major'] AS major,
        item['hazard_weight.general'] AS general,
        item['hazard_weight.overdue'] AS overdue,
        item['event.accident'] AS accident,
        item['event.casualty'] AS casualty
    FROM core_safety_rule
),
hazard AS (
    SELECT
        place_id,
        found_at,
        verified_at,
        is_found_again,
        CASE WHEN due_at < coalesce(verified_at, due_at + INTERVAL 1 DAY) THEN due_at END AS overdue_at,
        hazard_level_code = 'major' AS is_major
    FROM mart_hazard
    WHERE excluded_code IS NULL OR excluded_code = 'no_limit'
),
-- what happens: check, passed, refused, share of items failed; hazards general, major (signed), of these late; found, repeated;
-- what the linked incidents weigh; accidents, those with casualties; licence void
happened AS (
    SELECT place_id, coded_at AS changed_at, 1 AS is_check, 1 AS is_passed, 0 AS is_refused, NULL::DOUBLE AS failed_share,
        0 AS general_delta, 0 AS major_delta, 0 AS general_late_delta, 0 AS major_late_delta, 0 AS found_count, 0 AS repeat_count,
        0.0 AS link_weight, 0 AS accident_count, 0 AS casualty_count, 0 AS void_count
    FROM mart_place WHERE coded_at IS NOT NULL
    UNION ALL
    SELECT place_id, inspected_at, (check_result_code <> 'refused')::INTEGER, (check_result_code = 'passed')::INTEGER,
        (check_result_code = 'refused')::INTEGER, failed_item_count / nullif(checked_item_count, 0), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM mart_inspection WHERE excluded_code IS NULL
    UNION ALL
    SELECT place_id, found_at, 0, 0, 0, NULL, (NOT is_major)::INTEGER, is_major::INTEGER, 0, 0, 1, is_found_again::INTEGER, 0, 0, 0, 0
    FROM hazard
    UNION ALL
    SELECT place_id, overdue_at, 0, 0, 0, NULL, 0, 0, (NOT is_major)::INTEGER, is_major::INTEGER, 0, 0, 0, 0, 0, 0
    FROM hazard WHERE overdue_at IS NOT NULL
    UNION ALL
    SELECT place_id, verified_at, 0, 0, 0, NULL, -(NOT is_major)::INTEGER, -is_major::INTEGER,
        -(overdue_at IS NOT NULL AND NOT is_major)::INTEGER, -(overdue_at IS NOT NULL AND is_major)::INTEGER, 0, 0, 0, 0, 0, 0
    FROM hazard WHERE verified_at IS NOT NULL
    UNION ALL
    SELECT place_id, first_signal_at, 0, 0, 0, NULL, 0, 0, 0, 0, 0, 0, link_weight, 0, 0, 0
    FROM mart_place_link
    UNION ALL
    SELECT place_key, happened_at, 0, 0, 0, NULL, 0, 0, 0, 0, 0, 0, 0, 1, has_casualty::INTEGER, 0
    FROM raw_accident WHERE _is_current
    UNION ALL
    SELECT place_id, licence_from_at, 0, 0, 0, NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
    FROM mart_place WHERE licence_code = 'void' AND licence_from_at IS NOT NULL
)
SELECT
    h.place_id,
    r.rule_version,
    h.changed_at,
    bool_or(h.is_check = 1) AS is_check,
    bool_or(h.is_passed = 1) AND NOT bool_or(h.is_refused = 1) AS is_passed,
    bool_or(h.is_refused = 1) AS is_refused,
    max(h.failed_share) AS failed_share,
    any_value(r.major) * sum(h.major_delta) + any_value(r.general) * sum(h.general_delta)
    + (any_value(r.overdue) - 1)
    * (any_value(r.major) * sum(h.major_late_delta) + any_value(r.general) * sum(h.general_late_delta)) AS hazard_weight,
    sum(h.major_delta)::INTEGER AS major_delta,
    sum(h.general_late_delta + h.major_late_delta)::INTEGER AS late_delta,
    sum(h.found_count)::INTEGER AS found_count,
    sum(h.repeat_count)::INTEGER AS repeat_count,
    sum(h.link_weight) + any_value(r.accident) * sum(h.accident_count - coalesce(h.casualty_count, 0))
    + any_value(r.casualty) * sum(coalesce(h.casualty_count, 0)) AS event_weight,
    sum(coalesce(h.casualty_count, 0))::INTEGER AS casualty_count,
    sum(h.void_count)::INTEGER AS void_count
FROM happened AS h
INNER JOIN mart_place AS p ON p.place_id = h.place_id AND p.coded_at IS NOT NULL
CROSS JOIN ruled AS r
GROUP BY h.place_id, r.rule_version, h.changed_at
