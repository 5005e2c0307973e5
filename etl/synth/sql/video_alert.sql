SELECT
    d.win,
    feed_key('V', d.report) AS id,
    seen(d.occurred, d.cut) + skew(d.occurred) AS eventTime,
    d.reported + skew(d.reported) AS alertTime,
    d.received AS pushTime,
    d.category_text AS algorithm,
    p.source_code AS unit,
    (ARRAY['confirmed', 'duplicate', 'false_alarm', 'false_alarm', 'false_alarm', 'test', 'false_alarm'])[1 + if(d.closed <= d.cut, d.outcome, 0)] AS verdict,
    'CAM-' || d.grid || '-' || lpad((d.point % 150 // 6)::VARCHAR, 2, '0') AS camera,
    round(d.lon, 6) AS lon,
    round(d.lat, 6) AS lat,
    d.address AS place,
    seen(d.first_dispatched, d.cut) + skew(d.first_dispatched) AS dispatchTime,
    seen(d.accepted, d.cut) + skew(d.accepted) AS acceptTime,
    seen(d.arrived, d.cut) + skew(d.arrived) AS arriveTime,
    seen(d.handled, d.cut) + skew(d.handled) AS handleTime,
    seen(d.closed, d.cut) + skew(d.closed) AS closeTime,
    d.version + skew(d.version) AS version
FROM delivery AS d
INNER JOIN department AS p ON p.department = d.department
ORDER BY d.win, d.received, d.report
