-- grain: one row per alert of cameras and drones: reviewed by a person or not, the verdict, the evidence, what came of it
SELECT
    r.report_id,
    r.incident_id,
    r.feed_id,
    r.category_code,
    r.domain_code,
    coalesce(c.contactless_code, 'other') AS contactless_code,
    r.department_id,
    r.grid_id,
    r.severity_level,
    r.reported_at,
    r.reported_date,
    coalesce(dev.code, CASE WHEN a.alert_review_id IS NOT NULL THEN '_unknown' END) AS device_code,
    a.reviewed_at,
    CASE WHEN a.reviewed_at IS NOT NULL THEN coalesce(ver.code, '_unknown') END AS verdict_code,
    a.evidence_count::INTEGER AS evidence_count,
    a.notice_at,
    mea.code AS measure_code,
    i.handled_at,
    i.closed_at
FROM mart_report AS r
INNER JOIN dim_feed AS f ON f.feed_id = r.feed_id AND f.channel = 'video'
INNER JOIN mart_incident AS i ON i.incident_no = r.incident_no
LEFT JOIN dim_category AS c ON c.category_code = r.category_code
LEFT JOIN raw_alert_review AS a ON a.source_key = r.source_key AND a._is_current
LEFT JOIN dim_code AS dev ON dev.feed_id = a.feed_id AND dev.field_code = 'device' AND dev.source_code = a.device_source_code
LEFT JOIN dim_code AS ver ON ver.feed_id = a.feed_id AND ver.field_code = 'verdict' AND ver.source_code = a.verdict_source_code
LEFT JOIN dim_code AS mea ON mea.feed_id = a.feed_id AND mea.field_code = 'measure' AND mea.source_code = a.measure_source_code
