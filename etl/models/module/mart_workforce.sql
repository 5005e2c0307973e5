-- grain: one row per community, post, age and schooling, and version: how many grid workers, while that held
SELECT
    r.workforce_id,
    a.area_id,
    coalesce(p.code, '_unknown') AS post_code,
    coalesce(g.code, '_unknown') AS age_band_code,
    coalesce(e.code, '_unknown') AS education_code,
    r.worker_count::INTEGER AS worker_count,
    r.version_at AS valid_from_at,
    lead(r.version_at) OVER (PARTITION BY r.workforce_id ORDER BY r.version_at) AS valid_to_at
FROM raw_workforce AS r
LEFT JOIN dim_area AS a ON a.area_id = r.community_source_code AND a.level_code = 'community'
LEFT JOIN dim_code AS p
    ON p.feed_id = r.feed_id AND p.field_code = 'post' AND p.source_code = r.post_source_code
LEFT JOIN dim_code AS g
    ON g.feed_id = r.feed_id AND g.field_code = 'age' AND g.source_code = r.age_source_code
LEFT JOIN dim_code AS e
    ON e.feed_id = r.feed_id AND e.field_code = 'education' AND e.source_code = r.education_source_code
