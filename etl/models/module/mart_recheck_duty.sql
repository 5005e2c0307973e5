-- grain: one row per duty to check a coded place again: due an interval after the last check, sooner once its colour worsened
WITH checked AS (
    SELECT place_id, coded_at AS checked_at, NULL AS campaign_id
    FROM mart_place
    WHERE coded_at IS NOT NULL
    UNION ALL
    SELECT place_id, inspected_at, campaign_id
    FROM mart_inspection
    WHERE excluded_code IS NULL AND check_result_code <> 'refused'
),
turn AS (
    SELECT
        c.place_id,
        c.checked_at AS checked_before_at,
        lead(c.checked_at) OVER w AS done_at,
        lead(c.campaign_id) OVER w AS campaign_id,
        row_number() OVER w AS duty_no
    FROM (
        SELECT place_id, checked_at, min(campaign_id) AS campaign_id
        FROM checked
        GROUP BY place_id, checked_at
    ) AS c
    INNER JOIN mart_place AS p ON p.place_id = c.place_id AND c.checked_at >= p.coded_at
    WINDOW w AS (PARTITION BY c.place_id ORDER BY c.checked_at)
),
due AS (
    SELECT
        t.place_id, t.duty_no, t.checked_before_at, t.done_at, t.campaign_id,
        min(h.valid_from_at + to_days(h.recheck_days)) AS due_at,
        arg_min(h.colour_code, h.valid_from_at + to_days(h.recheck_days)) AS colour_code
    FROM turn AS t
    INNER JOIN mart_code_history AS h
        ON h.place_id = t.place_id AND h.colour_code <> 'grey'
        AND h.valid_from_at >= t.checked_before_at AND (t.done_at IS NULL OR h.valid_from_at < t.done_at)
    GROUP BY ALL
)
SELECT
    d.place_id || '#' || d.duty_no AS duty_id,
    d.place_id,
    p.place_name,
    p.class8_code,
    p.grid_id,
    d.colour_code,
    d.campaign_id,
    d.checked_before_at,
    d.due_at,
    local_at(d.due_at)::DATE AS due_date,
    d.done_at,
    p.closed_at,
    CASE WHEN p.closed_at <= d.due_at AND coalesce(d.done_at > p.closed_at, true) THEN 'place_closed' END AS excluded_code
FROM due AS d
INNER JOIN mart_place AS p ON p.place_id = d.place_id
