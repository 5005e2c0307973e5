-- grain: one row per visit to a firm
SELECT
    v.firm_visit_id AS visit_id,
    v.visited_at,
    local_at(v.visited_at)::DATE AS visited_date,
    coalesce(p.code, '_unknown') AS purpose_code,
    coalesce(d.code, '_unknown') AS office_code,
    v.is_reached,
    f.place_id,
    f.place_name,
    coalesce(f.industry_code, '_unknown') AS industry_code,
    coalesce(f.tier_code, '_unknown') AS tier_code,
    f.building_id,
    f.grid_id
FROM raw_firm_visit AS v
LEFT JOIN core_firm AS k ON k.enterprise_key = v.enterprise_key
LEFT JOIN mart_firm AS f ON f.place_id = k.place_id
LEFT JOIN dim_code AS p ON p.feed_id = v.feed_id AND p.field_code = 'purpose' AND p.source_code = v.purpose_source_code
LEFT JOIN dim_code AS d
    ON d.feed_id = v.feed_id AND d.field_code = 'department' AND d.source_code = v.department_source_code
WHERE v._is_current
