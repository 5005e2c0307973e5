-- grain: one row per piece of road and device that sees it (one without a device where nobody does); pieces never overlap
SELECT
    p.piece_id,
    p.road_segment_id,
    r.road_name,
    c_class.code AS road_class_code,
    p.grid_id,
    p.length_m,
    r.opened_date,
    p.device_id,
    p.length_m IS NULL AS is_unreadable
FROM core_road_piece AS p
INNER JOIN raw_road_segment AS r ON r.road_segment_id = p.road_segment_id AND r._is_current
LEFT JOIN dim_code AS c_class
    ON c_class.feed_id = r.feed_id AND c_class.field_code = 'class' AND c_class.source_code = r.class_source_code
