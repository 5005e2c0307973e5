-- grain: one row per complaint (a report of a complaint feed), with its answer, its survey and the one before by the same caller
WITH limits AS (
    SELECT
        max(value) FILTER (WHERE rule_id = 'complaint.response_minutes') AS response_minutes,
        max(value) FILTER (WHERE rule_id = 'complaint.urgent_minutes') AS urgent_minutes,
        max(value) FILTER (WHERE rule_id = 'complaint.urgent_level') AS urgent_level,
        max(value) FILTER (WHERE rule_id = 'complaint.callback_days') AS callback_days,
        max(value) FILTER (WHERE rule_id = 'complaint.repeat_days') AS repeat_days
    FROM rule_value
    WHERE valid_to_date IS NULL
),
coded AS (
    SELECT
        m.*,
        coalesce(m.received_at, m.reported_at) AS asked_at,
        -- greatest() passes over what is missing: without a signature there is no answer
        CASE WHEN m.accepted_at IS NOT NULL AND m.arrived_at IS NOT NULL
            THEN greatest(m.accepted_at, m.arrived_at) END AS responded_at,
        coalesce(s.code, '_unknown') AS complaint_scope_code,
        coalesce(x.code, CASE WHEN m.cancelled_code = 'out_of_remit' THEN m.cancelled_code END) AS complaint_exempt_code,
        CASE WHEN m.called_back_at IS NULL THEN 'unasked' ELSE coalesce(re.code, '_unknown') END AS survey_reached_code,
        so.code AS survey_solved_code,
        sa.code AS survey_satisfied_code,
        CASE WHEN m.severity_level >= l.urgent_level THEN l.urgent_minutes ELSE l.response_minutes END::INTEGER AS limit_minutes,
        r.reporter_hash
    FROM mart_report AS m
    CROSS JOIN limits AS l
    INNER JOIN dim_feed AS f ON f.feed_id = m.feed_id AND f.channel = 'complaint'
    INNER JOIN raw_report AS r ON r.report_id = m.report_id AND r._is_current
    LEFT JOIN dim_code AS s
        ON s.feed_id = m.feed_id AND s.field_code = 'scope' AND s.source_code = r.scope_source_code
    LEFT JOIN dim_code AS x
        ON x.feed_id = m.feed_id AND x.field_code = 'exempt' AND x.source_code = r.exempt_source_code
    LEFT JOIN dim_code AS re
        ON re.feed_id = m.feed_id AND re.field_code = 'callback_reached' AND re.source_code = m.callback_reached_code
    LEFT JOIN dim_code AS so
        ON so.feed_id = m.feed_id AND so.field_code = 'callback_solved' AND so.source_code = m.callback_solved_code
    LEFT JOIN dim_code AS sa
        ON sa.feed_id = m.feed_id AND sa.field_code = 'callback_satisfied' AND sa.source_code = m.callback_satisfied_code
)
SELECT
    c.report_id AS complaint_id,
    c.incident_id,
    c.feed_id,
    c.category_code,
    c.domain_code,
    c.department_id,
    c.grid_id,
    c.complaint_scope_code,
    c.severity_level >= l.urgent_level AS is_urgent,
    c.asked_at,
    local_at(c.asked_at)::DATE AS asked_date,
    c.responded_at,
    c.asked_at + to_minutes(c.limit_minutes) AS due_at,
    local_at(c.asked_at + to_minutes(c.limit_minutes))::DATE AS due_date,
    c.closed_at,
    c.called_back_at,
    c.closed_at + to_days(l.callback_days::INTEGER) AS survey_due_at,
    local_at(c.closed_at + to_days(l.callback_days::INTEGER))::DATE AS survey_due_date,
    c.survey_reached_code,
    c.survey_solved_code,
    c.survey_satisfied_code,
    CASE
        WHEN c.is_duplicate THEN 'duplicate'
        WHEN c.cancelled_code <> 'out_of_remit' THEN c.cancelled_code
        WHEN c.responded_at < c.asked_at OR c.closed_at < c.asked_at THEN 'negative'
    END AS void_code,
    CASE WHEN e.value = 1 THEN c.complaint_exempt_code END AS complaint_exempt_code,
    CASE
        WHEN c.reporter_hash IS NOT NULL THEN coalesce(
            lag(c.asked_at) OVER (PARTITION BY c.reporter_hash, c.category_code ORDER BY c.asked_at, c.report_id)
            >= c.asked_at - to_days(l.repeat_days::INTEGER), false
        )
    END AS is_repeated,
    d.as_of_at AS known_at
FROM coded AS c
CROSS JOIN limits AS l
CROSS JOIN day_input AS d
LEFT JOIN rule_value AS e
    ON e.rule_id = 'complaint.exempt' AND e.item_code = c.complaint_exempt_code AND e.valid_to_date IS NULL
