-- grain: one row per coded place and one instant since its coding: the four parts, the score and the colour they give (before hysteresis)
WITH ruled AS MATERIALIZED (
    SELECT
        rule_version, since_date, until_date, item,
        item['behaviour.half_life_days'] AS behaviour_days,
        item['event.half_life_days'] AS event_days
    FROM core_safety_rule
),
inherent AS MATERIALIZED (
    SELECT
        p.place_id, p.coded_at, r.rule_version,
        least(100, coalesce(r.item['class_base.' || p.class8_code], r.item['class_base._unknown'])
            + CASE WHEN p.employee_count >= 300 THEN r.item['adjust.employees_300']
                WHEN p.employee_count >= 100 THEN r.item['adjust.employees_100']
                WHEN p.employee_count >= 30 THEN r.item['adjust.employees_30'] ELSE 0 END
            + CASE WHEN p.floor_area_m2 >= 10000 THEN r.item['adjust.area_10000']
                WHEN p.floor_area_m2 >= 3000 THEN r.item['adjust.area_3000'] ELSE 0 END
            + CASE WHEN p.has_hazardous THEN r.item['adjust.hazardous'] ELSE 0 END) AS inherent_score
    FROM mart_place AS p
    CROSS JOIN ruled AS r
    WHERE p.coded_at IS NOT NULL
),
running AS (
    SELECT
        e.place_id, e.rule_version, e.changed_at, e.is_passed, e.is_refused, r.since_date, r.until_date,
        epoch(e.changed_at) / 86400 - 18000 AS day_no,  -- days; a small number keeps the powers of two exact
        sum(e.hazard_weight) OVER so_far AS open_weight,
        sum(e.major_delta) OVER so_far AS open_major,
        sum(e.late_delta) OVER so_far AS open_late,
        max(e.changed_at) FILTER (WHERE e.is_check) OVER so_far AS last_check_at,
        last_value(e.failed_share IGNORE NULLS) OVER so_far AS failed_share,
        sum(e.event_weight * pow(2, (epoch(e.changed_at) / 86400 - 18000) / r.event_days)) OVER so_far AS event_mass,
        max(e.changed_at) FILTER (WHERE e.casualty_count > 0) OVER so_far AS casualty_at,
        sum(e.void_count) OVER so_far AS void_count,
        -- among the hazards found so far, younger ones count more: the common decay cancels out
        sum(e.repeat_count * pow(2, (epoch(e.changed_at) / 86400 - 18000) / r.behaviour_days)) OVER so_far
        / nullif(sum(e.found_count * pow(2, (epoch(e.changed_at) / 86400 - 18000) / r.behaviour_days)) OVER so_far, 0)
            AS repeat_share,
        r.behaviour_days, r.event_days
    FROM core_code_event AS e
    INNER JOIN ruled AS r ON r.rule_version = e.rule_version
    WINDOW so_far AS (PARTITION BY e.place_id, e.rule_version ORDER BY e.changed_at)
),
parts AS (
    SELECT
        u.*, i.inherent_score, r.item,
        100 * (1 - exp(-greatest(u.open_weight, 0))) AS hazard_score,
        100 * (r.item['behaviour.failed'] * coalesce(u.failed_share, 0)
            * pow(2, -date_diff('second', u.last_check_at, u.changed_at) / 86400.0 / u.behaviour_days)
            + r.item['behaviour.repeat'] * coalesce(u.repeat_share, 0)) AS behaviour_score,
        100 * (1 - exp(-u.event_mass * pow(2, -u.day_no / u.event_days))) AS event_score
    FROM running AS u
    INNER JOIN inherent AS i ON i.place_id = u.place_id AND i.rule_version = u.rule_version AND i.coded_at <= u.changed_at
    INNER JOIN ruled AS r ON r.rule_version = u.rule_version
    -- of the versions, the one in force on the day
    WHERE local_at(u.changed_at)::DATE >= u.since_date AND local_at(u.changed_at)::DATE < u.until_date
),
scored AS (
    SELECT
        parts.*,
        item['weight.inherent'] * inherent_score + item['weight.hazard'] * hazard_score
        + item['weight.behaviour'] * behaviour_score + item['weight.event'] * event_score AS score
    FROM parts
)
SELECT
    place_id, rule_version, changed_at, is_passed, last_check_at,
    inherent_score, hazard_score, behaviour_score, event_score, score,
    CASE
        WHEN open_major > 0 THEN 'major_hazard'
        WHEN is_refused THEN 'refused'
        WHEN void_count > 0 THEN 'licence_void'
        WHEN changed_at <= casualty_at + to_days(item['event.casualty_days']::INTEGER) THEN 'casualty'
        WHEN score >= item['colour.red'] THEN 'score'
        WHEN open_late > 0 THEN 'overdue_hazard'
        WHEN score >= item['colour.yellow'] THEN 'score'
        ELSE 'checked'
    END AS cause_code,
    CASE
        WHEN open_major > 0 OR is_refused OR void_count > 0 OR score >= item['colour.red']
            OR coalesce(changed_at <= casualty_at + to_days(item['event.casualty_days']::INTEGER), false) THEN 3
        WHEN open_late > 0 OR score >= item['colour.yellow'] THEN 2
        ELSE 1
    END AS colour_level,
    item['recheck_days.green'] AS green_days,
    item['recheck_days.yellow'] AS yellow_days,
    item['recheck_days.red'] AS red_days,
    item['recheck_days.expiry_factor'] AS expiry_factor
FROM scored
