SELECT
    d.win,
    feed_key('JQ', d.report) AS 接警单号,
    said(d.reported, d.cut) AS 报警时间,
    stamped(d.received, d.cut) AS 入库时间,
    said(d.occurred, d.cut) AS 发案时间,
    d.category_text AS 警情类别代码,
    p.source_code AS 管辖单位代码,
    (ARRAY['正常处置', '重复报警', '虚假警情', '骚扰电话', '非管辖', '测试', '虚假警情'])[1 + if(d.closed <= d.cut, d.outcome, 0)] AS 处警结果,
    stage(d.dispatched, d.handled, d.closed, d.cut) AS 警情状态,
    round(d.lon, 6) AS 经度,
    round(d.lat, 6) AS 纬度,
    d.address AS 报警地址,
    '报警人称在' || d.address || '，' || d.clause || (ARRAY['', '', '，要求民警到场', '，现场有人等候'])[1 + d.report % 4] AS 警情简述,
    caller(d.reporter) AS 报警人,
    phone(d.reporter) AS 报警电话,
    CASE WHEN d.handed <= d.cut THEN CASE d.to_feed WHEN 1 THEN 'fire_119' WHEN 2 THEN 'city_management' ELSE 'complaint_12345' END END AS 移送平台,
    CASE WHEN d.handed <= d.cut THEN feed_key((ARRAY['H', 'CG', 'GD'])[d.to_feed], d.to_report) END AS 移送单号,
    said(d.handed, d.cut) AS 移送时间,
    said(d.first_dispatched, d.cut) AS 派警时间,
    said(d.accepted, d.cut) AS 接单时间,
    said(d.arrived, d.cut) AS 到场时间,
    said(d.handled, d.cut) AS 处置完毕时间,
    said(d.closed, d.cut) AS 结案时间,
    if(d.severity >= 4 AND d.report % 40 = 0, '1', '0') AS 重大警情,
    said(d.version, d.cut) AS 最后更新时间
FROM delivery AS d
INNER JOIN department AS p ON p.department = d.department
ORDER BY d.win, d.received, d.report
