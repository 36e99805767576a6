-- The queue keeps one finished job of a series, takes a newer order for one that has not begun, and is counted by source.

-- Queues what is neither waiting nor running; returns how many are new. p_jobs: [{source, symbol, interval_min, mode, days}].
-- A job that waits and has not begun becomes what is asked for now, unless that is only what is newer. Of what is over, the
-- last job of a series is kept until the next one is queued: so the table has as many rows as there are series.
create or replace function enqueue_jobs(p_jobs jsonb) returns integer
language sql
as $$
  with asked as (
    select distinct on (given.source, given.symbol, given.interval_min) given.*
    from rows from (
      jsonb_to_recordset(p_jobs) as (source text, symbol text, interval_min integer, mode text, days integer)
    ) with ordinality as given (source, symbol, interval_min, mode, days, place)
    order by given.source, given.symbol, given.interval_min, given.place
  ),
  forgotten as (
    delete from backfill_jobs old
    using asked
    where (old.source, old.symbol, old.interval_min) = (asked.source, asked.symbol, asked.interval_min)
      and old.phase not in ('pending', 'in_progress')
  ),
  queued as (
    insert into backfill_jobs as old (source, symbol, interval_min, mode, days)
    select asked.source, asked.symbol, asked.interval_min, asked.mode, asked.days from asked order by asked.place
    on conflict (source, symbol, interval_min) where phase in ('pending', 'in_progress') do update
    set mode = excluded.mode, days = excluded.days, updated_at = clock_timestamp()
    where old.phase = 'pending' and old.chunks_done is null and excluded.mode <> 'incremental'
    -- A row that was inserted has never been locked or updated.
    returning xmax = 0 as fresh
  )
  select count(*) filter (where fresh)::integer from queued
$$;

drop function job_counts();

-- Of one source, or (null) of all.
create function job_counts(p_source text) returns table (phase text, count bigint)
language sql
stable
as $$
  select j.phase, count(*) from backfill_jobs j where p_source is null or j.source = p_source group by j.phase
$$;

revoke execute on function job_counts(text) from public, anon;
grant execute on function job_counts(text) to service_role;

-- A running PostgREST reads the schema again.
notify pgrst, 'reload schema';
