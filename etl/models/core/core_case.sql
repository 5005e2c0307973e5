-- grain: one row per case: the rows of one feed that share a case key (several units of one call), else one report
WITH merged AS (
    SELECT
        r.*,
        coalesce(s.return_count, 0) AS return_count,
        greatest(coalesce(s.dispatch_count, 0), (r.dispatched_at IS NOT NULL)::INTEGER) AS dispatch_count,
        least(r.dispatched_at, s.first_dispatched_at) AS first_at,
        CASE WHEN s.return_count > 0 THEN s.kept_dispatched_at ELSE least(r.dispatched_at, s.first_dispatched_at) END AS kept_at,
        CASE WHEN s.return_count > 0 THEN s.accepted_at ELSE coalesce(r.accepted_at, s.accepted_at) END AS signed_at,
        coalesce(r.arrived_at, s.arrived_at) AS on_scene_at,
        coalesce(r.handled_at, s.handled_at) AS done_at,
        coalesce(r.verified_at, s.verified_at) AS seen_at,
        coalesce(r.filed_at, s.filed_at) AS booked_at,
        coalesce(CASE WHEN r.check_outcome_code IS DISTINCT FROM 'failed' THEN r.checked_at END, s.checked_at) AS passed_at,
        coalesce(s.failed_check_count, 0) + coalesce(r.check_outcome_code = 'failed' AND s.report_id IS NULL, false)::INTEGER
            AS failed_check_count,
        greatest(r.closed_at, s.closed_at) AS shut_at,
        greatest(r.reopened_at, s.reopened_at) AS opened_again_at,
        coalesce(s.reopen_count, (r.reopened_at IS NOT NULL)::INTEGER) AS reopen_count,
        coalesce(s.extension_count, (r.extended_to_at IS NOT NULL)::INTEGER) AS extension_count,
        greatest(r.extended_to_at, s.extended_to_at) AS longer_at,
        coalesce(s.suspended_at > coalesce(s.resumed_at, TIMESTAMP '1970-01-01'), r.suspended_at IS NOT NULL, false)
            AS is_suspended,
        s.supervised_at
    FROM core_report AS r
    LEFT JOIN core_step_summary AS s ON s.report_id = r.report_id
)
SELECT
    case_id,
    report_id,
    feed_id,
    cancelled_code,
    is_duplicate,
    received_at,
    verify_sent_at,
    seen_at AS verified_at,
    booked_at AS filed_at,
    first_at AS dispatched_first_at,
    kept_at AS dispatched_at,
    signed_at AS accepted_at,
    on_scene_at AS arrived_at,
    done_at AS handled_at,
    check_sent_at,
    passed_at AS checked_at,
    CASE WHEN opened_again_at > shut_at THEN NULL ELSE shut_at END AS closed_at,
    called_back_at,
    return_count,
    dispatch_count,
    failed_check_count,
    reopen_count,
    extension_count,
    longer_at AS extended_to_at,
    is_suspended,
    supervised_at
FROM merged
WHERE NOT has_case_key
UNION ALL
SELECT
    case_id,
    arg_min(report_id, (coalesce(kept_at, TIMESTAMP '2999-01-01'), report_id)),
    any_value(feed_id),
    CASE WHEN bool_and(cancelled_code IS NOT NULL) THEN min(cancelled_code) END,
    bool_and(is_duplicate),
    min(received_at),
    min(verify_sent_at),
    min(seen_at),
    min(booked_at),
    min(first_at),
    min(kept_at),
    min(signed_at),
    min(on_scene_at),
    max(done_at),
    min(check_sent_at),
    max(passed_at),
    CASE WHEN bool_and(shut_at IS NOT NULL AND (opened_again_at > shut_at) IS NOT TRUE) THEN max(shut_at) END,
    max(called_back_at),
    sum(return_count)::BIGINT,
    sum(dispatch_count)::BIGINT,
    sum(failed_check_count)::BIGINT,
    sum(reopen_count)::BIGINT,
    sum(extension_count)::BIGINT,
    max(longer_at),
    bool_or(is_suspended),
    min(supervised_at)
FROM merged
WHERE has_case_key
GROUP BY case_id
