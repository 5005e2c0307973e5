SELECT
    d.win,
    feed_key('SSP', d.report) AS id,
    (d.reported + skew(d.reported)) * 1000 + d.report % 1000 AS created_at,
    d.received * 1000 AS received_at,
    d.category_text AS type,
    p.source_code AS dept,
    (ARRAY['adopted', 'duplicate', 'rejected', 'spam', 'outside', 'test', 'withdrawn'])[1 + if(d.closed <= d.cut, d.outcome, 0)] AS audit,
    stage(d.dispatched, d.handled, d.closed, d.cut) AS status,
    CASE WHEN d.lon IS NOT NULL THEN printf('%.6f,%.6f', d.lat, d.lon) END AS location,
    d.address AS addr,
    (ARRAY['随手拍：', '', '路过看到，', '天天这样！', ''])[1 + d.report % 5] || d.clause || (ARRAY['', '😡', '，求管管', '[图片]', '！！'])[1 + d.report % 5] AS text,
    'wx_' || md5(d.reporter::VARCHAR)[:16] AS openid,
    if(d.has_photo, 1 + d.report % 3, 0) AS photos,
    seen(d.verify_sent, d.cut) * 1000 AS verify_sent_at,
    seen(d.verified, d.cut) * 1000 AS verified_at,
    seen(d.first_dispatched, d.cut) * 1000 AS dispatched_at,
    seen(d.accepted, d.cut) * 1000 AS accepted_at,
    seen(d.arrived, d.cut) * 1000 AS arrived_at,
    seen(d.handled, d.cut) * 1000 AS handled_at,
    seen(d.check_sent, d.cut) * 1000 AS check_sent_at,
    seen(d.checked, d.cut) * 1000 AS checked_at,
    seen(d.closed, d.cut) * 1000 AS closed_at,
    d.version * 1000 AS updated_at
FROM delivery AS d
INNER JOIN department AS p ON p.department = d.department
ORDER BY d.win, d.received, d.report
