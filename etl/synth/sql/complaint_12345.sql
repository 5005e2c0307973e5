SELECT
    d.win,
    feed_key('GD', d.report) AS workOrderNo,
    replace(said(d.reported, d.cut), ' ', 'T') || '+08:00' AS callTime,
    replace(stamped(d.received, d.cut), ' ', 'T') || '+08:00' AS transferredIn,
    d.category_text AS contentType,
    p.source_code AS handlingUnit,
    (ARRAY['受理', '重件', '无效', '无效', '不属于受理范围', '测试', '撤单'])[1 + if(d.closed <= d.cut, d.outcome, 0)] AS acceptance,
    stage(d.dispatched, d.handled, d.closed, d.cut) AS state,
    round(d.lon, 6) AS lng,
    round(d.lat, 6) AS lat,
    CASE WHEN d.has_grid THEN d.grid END AS gridCode,
    d.address AS address,
    d.category_name AS title,
    '来电人反映：' || d.address || '，' || d.clause || tail(d.report) || '。' AS content,
    caller(if(d.report * 40503 % 100 < 7, 900000 + 6 * d.true_category + d.report % 6, d.reporter)) AS callerName,
    phone(if(d.report * 40503 % 100 < 7, 900000 + 6 * d.true_category + d.report % 6, d.reporter)) AS callerPhone,
    (ARRAY['电话', '电话', '电话', '网站', '微信', 'APP'])[1 + d.report % 6] AS channel,
    CASE WHEN d.from_report > 0 THEN feed_key('JQ', d.from_report) END AS policeNo,
    replace(said(d.first_dispatched, d.cut), ' ', 'T') || '+08:00' AS assignedAt,
    replace(said(d.accepted, d.cut), ' ', 'T') || '+08:00' AS signedAt,
    CASE WHEN d.report * 31 % 100 >= 4 THEN replace(said(
        least(d.handled, d.arrived + CASE WHEN d.report * 7919 % 100 < 9 THEN 3600 * (2 + d.report % 38) ELSE 0 END), d.cut
    ), ' ', 'T') || '+08:00' END AS contactedAt,
    replace(said(d.handled, d.cut), ' ', 'T') || '+08:00' AS handledAt,
    replace(said(last_close(d.closed, d.reopened, d.closed_again, d.cut), d.cut), ' ', 'T') || '+08:00' AS closedAt,
    CASE WHEN d.first_dispatched <= d.cut THEN replace(planned(d.due), ' ', 'T') || '+08:00' END AS deadline,
    CASE WHEN d.extended <= d.cut THEN replace(planned(d.extended_to), ' ', 'T') || '+08:00' END AS extendedTo,
    replace(said(d.reopened, d.cut), ' ', 'T') || '+08:00' AS reopenedAt,
    replace(said(d.called_back, d.cut), ' ', 'T') || '+08:00' AS callbackAt,
    CASE WHEN d.called_back <= d.cut THEN if(d.reached = 0 AND d.report % 19 = 0, '号码无效', (ARRAY['未接通', '已接通', '拒绝评价'])[1 + d.reached]) END AS callbackReached,
    CASE WHEN d.called_back <= d.cut AND d.solved >= 0 THEN (ARRAY['未解决', '已解决'])[1 + d.solved] END AS callbackSolved,
    CASE WHEN d.called_back <= d.cut AND d.satisfied >= 0 THEN (ARRAY['不满意', '满意'])[1 + d.satisfied] END AS callbackSatisfied,
    CASE WHEN d.report * 48271 % 100 < 14 THEN '整体诉求' WHEN d.report * 48271 % 100 < 37 THEN '小群体诉求' ELSE '个体诉求' END AS appealScope,
    CASE WHEN d.closed <= d.cut AND d.report * 69621 % 1000 < 24
        THEN (ARRAY['不合理诉求', '超出职权', '已依法终结'])[1 + d.report % 3] END AS exemptReason,
    replace(said(d.version, d.cut), ' ', 'T') || '+08:00' AS updateTime
FROM delivery AS d
INNER JOIN department AS p ON p.department = d.department
ORDER BY d.win, d.received, d.report
