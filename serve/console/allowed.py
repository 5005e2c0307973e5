"""What a statement may be made of (语句白名单): kinds of nodes, functions, types. What is not named is refused."""

from __future__ import annotations

# Kinds of query nodes, table references and modifiers of DuckDB's own parse tree.
NODES = frozenset(
    "SELECT_NODE SET_OPERATION_NODE RECURSIVE_CTE_NODE CTE_NODE "
    "BASE_TABLE SUBQUERY JOIN TABLE_FUNCTION EXPRESSION_LIST EMPTY "
    "ORDER_MODIFIER LIMIT_MODIFIER LIMIT_PERCENT_MODIFIER DISTINCT_MODIFIER ORDER_DEFAULT ASCENDING DESCENDING".split()
)
EXPRESSIONS = frozenset(
    "BETWEEN CASE CAST COLLATE COLUMN_REF COMPARISON CONJUNCTION CONSTANT FUNCTION LAMBDA LAMBDA_REF OPERATOR PARAMETER "
    "POSITIONAL_REFERENCE STAR SUBQUERY TYPE WINDOW".split()
)
TYPES = frozenset(
    "bool boolean tinyint smallint int int1 int2 int4 int8 integer bigint hugeint utinyint usmallint uinteger ubigint "
    "float float4 float8 real double decimal numeric dec varchar char text string bpchar date time timestamp datetime "
    "timestamp_s timestamp_ms timestamp_us interval list array struct row map null".split()
)
TABLE_FUNCTIONS = frozenset("range generate_series unnest".split())
_OPERATORS = "+ - * / // % ^ ** & | << >> ~ || ~~ !~~ ~~* !~~* ~~~ -> ->> @> <@ && ^@ ! @"
_SPECIAL = (
    "like_escape not_like_escape ilike_escape not_ilike_escape count_star list_value row struct_pack "
    "array_value array_extract array_slice list_extract list_slice struct_extract map map_extract element_at "
    "coalesce nullif if ifnull greatest least grouping exists constant_or_null"
)
_NUMBERS = (
    "abs acos asin atan atan2 cbrt ceil ceiling cos cot degrees even exp fdiv floor fmod gcd lcm ln log log10 log2 mod "
    "pi pow power radians round round_even sign sin sqrt tan trunc isfinite isinf isnan random add subtract multiply divide"
)
_TEXTS = (
    "ascii bar char_length character_length chr concat concat_ws contains ends_with instr lcase left len length "
    "levenshtein lower lpad ltrim md5 nfc_normalize ord position prefix regexp_extract regexp_extract_all "
    "regexp_full_match regexp_matches regexp_replace regexp_split_to_array repeat replace reverse right rpad rtrim "
    "split split_part starts_with str_split string_split string_to_array strip_accents strlen strpos substr substring "
    "suffix translate trim ucase unicode upper hamming jaccard jaro_similarity jaro_winkler_similarity "
    "printf format hash to_base"
)
_TIMES = (
    "age century date_add date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day dayname "
    "dayofmonth dayofweek dayofyear days_in_month decade epoch epoch_ms era hour isodow isoyear julian last_day "
    "make_date make_time make_timestamp microsecond millisecond minute month monthname quarter second strftime "
    "strptime try_strptime time_bucket to_days to_hours to_minutes to_months to_seconds to_weeks to_years to_quarters "
    "week weekday weekofyear year yearweek local_at"
)
_LISTS = (
    "array_contains array_has array_has_all array_has_any array_length array_position array_to_string "
    "cardinality flatten generate_series list_aggregate list_aggr list_any_value list_apply list_avg "
    "list_concat list_contains list_count list_distinct list_filter list_first list_has list_has_all "
    "list_has_any list_last list_max list_median list_min list_position list_reduce list_reverse "
    "list_sort list_sum list_transform list_unique list_zip map_entries map_from_entries map_keys "
    "map_values range unnest array_distinct array_sort array_transform array_filter "
)
_AGGREGATES = (
    "any_value approx_count_distinct approx_quantile arg_max arg_min argmax argmin array_agg avg bit_and bit_or bit_xor bool_and "
    "bool_or corr count count_if countif covar_pop covar_samp entropy favg first fsum geomean group_concat histogram "
    "kurtosis last list mad max max_by mean median min min_by mode product quantile quantile_cont quantile_disc "
    "regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy sem skewness "
    "stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance weighted_avg wavg"
)
_WINDOWS = "cume_dist dense_rank fill first_value lag last_value lead nth_value ntile percent_rank rank rank_dense row_number"
FUNCTIONS = frozenset(
    " ".join((_OPERATORS, _SPECIAL, _NUMBERS, _TEXTS, _TIMES, _LISTS, _AGGREGATES, _WINDOWS)).split()
)
