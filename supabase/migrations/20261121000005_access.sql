-- Only Kennel's own key gets at anything: row level security without a policy lets nobody pass but service_role.

alter table bot_state enable row level security;
alter table fills enable row level security;
alter table price_history enable row level security;
alter table bot_events enable row level security;
alter table day_profiles enable row level security;
alter table ohlcv_candles enable row level security;
alter table symbols enable row level security;
alter table backfill_jobs enable row level security;

revoke all on bot_state, fills, price_history, bot_events, day_profiles, ohlcv_candles, symbols, backfill_jobs
  from anon;
grant select, insert, update, delete
  on bot_state, fills, price_history, bot_events, day_profiles, ohlcv_candles, symbols, backfill_jobs
  to service_role;

-- Functions may be called by everybody unless told otherwise.
revoke execute on function
  upsert_candles(text, integer, text, bigint[], numeric[], numeric[], numeric[], numeric[], numeric[], integer[]),
  candle_coverage(text, integer, bigint),
  all_candle_coverage(),
  candle_gaps(text, integer, bigint, integer),
  enqueue_jobs(jsonb),
  claim_job(text, text, double precision),
  keep_job_place(bigint, text, text, integer, integer, integer, double precision),
  end_job(bigint, text, text, text),
  cancel_job(bigint),
  job_counts(text),
  store_health(),
  forget_market(text, integer)
  from public, anon;
grant execute on function
  upsert_candles(text, integer, text, bigint[], numeric[], numeric[], numeric[], numeric[], numeric[], integer[]),
  candle_coverage(text, integer, bigint),
  all_candle_coverage(),
  candle_gaps(text, integer, bigint, integer),
  enqueue_jobs(jsonb),
  claim_job(text, text, double precision),
  keep_job_place(bigint, text, text, integer, integer, integer, double precision),
  end_job(bigint, text, text, text),
  cancel_job(bigint),
  job_counts(text),
  store_health(),
  forget_market(text, integer)
  to service_role;

-- A running PostgREST reads the schema again.
notify pgrst, 'reload schema';
