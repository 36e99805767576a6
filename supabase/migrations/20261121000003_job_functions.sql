-- The queue of history jobs: every step of a job's life is one statement, by the database's clock.

-- Queues what is neither waiting nor running; returns how many are new. p_jobs: [{source, symbol, interval_min, mode, days}].
-- A job that waits and has not begun becomes what is asked for now, unless that is only what is newer. Of what is over, the
-- last job of a series is kept until the next one is queued: so the table has as many rows as there are series.
create function enqueue_jobs(p_jobs jsonb) returns integer
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

-- Takes on the oldest free job of a source, or one whose worker let its lease run out; no row: there is none.
create function claim_job(p_source text, p_worker text, p_lease_sec double precision) returns setof backfill_jobs
language sql
as $$
  update backfill_jobs
  set phase = 'in_progress', worker = p_worker, attempts = attempts + 1,
    lease_until = clock_timestamp() + make_interval(secs => p_lease_sec), updated_at = clock_timestamp()
  where id = (
    select id
    from backfill_jobs
    where source = p_source
      and (phase = 'pending' or (phase = 'in_progress' and lease_until <= clock_timestamp()))
    order by id
    limit 1
    for update skip locked
  )
  returning *
$$;

-- Keeps how far a job is and renews its lease. False: it is no longer this worker's.
create function keep_job_place(
  p_id bigint, p_worker text, p_cursor text, p_chunks_done integer, p_chunks_total integer, p_fresh integer,
  p_lease_sec double precision
) returns boolean
language sql
as $$
  with kept as (
    update backfill_jobs
    set cursor = p_cursor, chunks_done = p_chunks_done, chunks_total = p_chunks_total, fresh = p_fresh,
      lease_until = clock_timestamp() + make_interval(secs => p_lease_sec), updated_at = clock_timestamp()
    where id = p_id and worker = p_worker and phase = 'in_progress'
    returning 1
  )
  select count(*) = 1 from kept
$$;

-- Ends a job, or puts it back as pending with its place. False: it is no longer this worker's. Asking again with the same
-- answer is true.
create function end_job(p_id bigint, p_worker text, p_phase text, p_message text) returns boolean
language sql
as $$
  with ended as (
    update backfill_jobs
    set phase = p_phase, message = p_message, lease_until = null, updated_at = clock_timestamp()
    where id = p_id and worker = p_worker and phase in ('in_progress', p_phase)
    returning 1
  )
  select count(*) = 1 from ended
$$;

-- Cancels a job that waits or runs. False: it was over, or there is none.
create function cancel_job(p_id bigint) returns boolean
language sql
as $$
  with cancelled as (
    update backfill_jobs
    set phase = 'cancelled', message = 'cancelled by hand', lease_until = null, updated_at = clock_timestamp()
    where id = p_id and phase in ('pending', 'in_progress')
    returning 1
  )
  select count(*) = 1 from cancelled
$$;

-- Jobs in each phase. Of one source, or (null) of all.
create function job_counts(p_source text) returns table (phase text, count bigint)
language sql
stable
as $$
  select j.phase, count(*) from backfill_jobs j where p_source is null or j.source = p_source group by j.phase
$$;
