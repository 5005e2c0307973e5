-- grain: one row per day, item and grid: counts of people, households or firms, never names
SELECT
    r.epidemic_count_id,
    r.counted_date,
    timezone('UTC', timezone(w.zone_name, r.counted_date::TIMESTAMP)) AS counted_at,
    c_item.code AS epidemic_item_code,
    CASE
        WHEN c_item.code LIKE 'online%' THEN 'online'
        WHEN c_item.code IN ('health_code', 'highway_exit', 'quarantine', 'fever_clinic', 'drug_purchase') THEN 'shared'
        WHEN c_item.code IS NOT NULL THEN 'module'
    END AS epidemic_group_code,
    a.area_id AS grid_id,
    r.raised_count,
    r.done_count,
    r.abnormal_count,
    r.feed_id
FROM raw_epidemic_count AS r
CROSS JOIN dim_work AS w
LEFT JOIN dim_code AS c_item
    ON c_item.feed_id = r.feed_id AND c_item.field_code = 'item' AND c_item.source_code = r.item_source_code
LEFT JOIN dim_area AS a ON a.area_id = r.grid_source_code AND a.level_code = 'grid'
WHERE r._is_current
