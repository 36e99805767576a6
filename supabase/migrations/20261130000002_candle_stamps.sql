-- Whether candles are still what they were when somebody read them, without reading them again: every stretch of 1,440 candles' time of a
-- series has a stamp, which is another one after each change of its rows, whoever made it. A copy of candles that is kept elsewhere with their
-- stamps is as good as the table for every stretch whose stamp is the same.
--
-- Read the stamps first and the rows after: then a change that comes between has a stamp that the copy does not know.

-- One row for each stretch that a statement has changed. Writers only add rows, each with a key that nobody else can have: there is no row
-- of another's that one could wait for.
create table candle_changes (
  venue text not null,
  pair text not null,
  interval_min integer not null,
  -- Start of the stretch, Unix seconds: a whole multiple of its length.
  from_sec bigint not null,
  -- Random, so that a database which is made anew never has the stamps of the one before.
  id uuid not null default gen_random_uuid(),
  primary key (venue, pair, interval_min, from_sec, id)
);

create function candle_stretch(p_interval_min integer, p_time bigint) returns bigint
language sql
immutable
as $$
  -- Downwards also before 1970.
  select p_time - ((p_time % (p_interval_min * 86400::bigint)) + p_interval_min * 86400::bigint) % (p_interval_min * 86400::bigint)
$$;

-- In the statement's own transaction: rows and stamp are seen together or not at all. By the owner's rights and with every name in full: who
-- may write candles is heard, also a restore, which has no search path.
create function note_candle_changes() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.candle_changes (venue, pair, interval_min, from_sec)
  select distinct venue, pair, interval_min, public.candle_stretch(interval_min, time) from changed;
  return null;
end
$$;

create function note_candles_truncated() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.candle_changes (venue, pair, interval_min, from_sec)
  select distinct venue, pair, interval_min, from_sec from public.candle_changes;
  return null;
end
$$;

create trigger note_inserted after insert on ohlcv_candles
  referencing new table as changed for each statement execute function note_candle_changes();
-- A row may be moved to another stretch by hand: the one that it leaves has changed, too.
create trigger note_updated_from after update on ohlcv_candles
  referencing old table as changed for each statement execute function note_candle_changes();
create trigger note_updated_to after update on ohlcv_candles
  referencing new table as changed for each statement execute function note_candle_changes();
create trigger note_deleted after delete on ohlcv_candles
  referencing old table as changed for each statement execute function note_candle_changes();
create trigger note_truncated after truncate on ohlcv_candles
  for each statement execute function note_candles_truncated();

-- What is there already, after the triggers: a writer between the two is heard by one of them or by both.
insert into candle_changes (venue, pair, interval_min, from_sec)
select distinct venue, pair, interval_min, candle_stretch(interval_min, time) from ohlcv_candles;

-- The stamps of a series from a stretch on: any other set of changes has another one.
create function candle_stamps(p_venue text, p_pair text, p_interval_min integer, p_from bigint)
returns table (from_sec bigint, stamp text)
language sql
stable
as $$
  select c.from_sec, md5(string_agg(c.id::text, ' ' order by c.id))
  from candle_changes c
  where c.venue = p_venue and c.pair = p_pair and c.interval_min = p_interval_min and c.from_sec >= p_from
  group by c.from_sec
$$;

-- One row for each stretch with candles and none for one without; what a writer adds meanwhile is not seen and stays. A copy reads a stretch
-- whose rows were replaced once more. One at a time: who comes second has nothing to do.
create function compact_candle_changes() returns void
language sql
as $$
  with alone as materialized (select pg_try_advisory_xact_lock(20261130) as got),
  stretches as (
    select c.venue, c.pair, c.interval_min, c.from_sec, count(*) as changes, exists (
      select from ohlcv_candles o
      where o.venue = c.venue and o.pair = c.pair and o.interval_min = c.interval_min
        and o.time >= c.from_sec and o.time < c.from_sec + c.interval_min * 86400::bigint
    ) as has_candles
    from candle_changes c
    where (select got from alone)
    group by c.venue, c.pair, c.interval_min, c.from_sec
  ),
  replaced as (select * from stretches where changes > 1 or not has_candles),
  gone as (
    delete from candle_changes c using replaced r
    where c.venue = r.venue and c.pair = r.pair and c.interval_min = r.interval_min and c.from_sec = r.from_sec
  )
  insert into candle_changes (venue, pair, interval_min, from_sec)
  select venue, pair, interval_min, from_sec from replaced where has_candles
$$;

-- As before; and what grows with every write of candles is brought together at the same times.
create or replace function forget_projected(
  p_market text,
  p_fills double precision,
  p_prices double precision,
  p_events double precision,
  p_most integer
) returns integer
language sql
as $$
  select compact_candle_changes();
  with gone_fills as (
    delete from fills where market = p_market and event_id in
      (select f.event_id from fills f where f.market = p_market and f.time < p_fills limit p_most) returning 1
  ),
  gone_prices as (
    delete from price_history where market = p_market and event_id in
      (select p.event_id from price_history p where p.market = p_market and p.time < p_prices limit p_most) returning 1
  ),
  gone_events as (
    delete from bot_events where market = p_market and event_id in
      (select e.event_id from bot_events e where e.market = p_market and e."timestamp" > 0 and e."timestamp" < p_events limit p_most) returning 1
  )
  select ((select count(*) from gone_fills) + (select count(*) from gone_prices) + (select count(*) from gone_events))::integer
$$;

-- As before, with the new table.
create or replace function store_health() returns table (table_name text, newest_sec double precision)
language plpgsql
stable
as $$
declare
  newest text;
begin
  for table_name, newest in values
    ('bot_state', 'select extract(epoch from max(updated_at)) from bot_state'),
    ('fills', 'select max(time) from fills'),
    ('price_history', 'select max(time) from price_history'),
    -- From series to series along the key: the newest of millions of candles without reading them.
    ('ohlcv_candles', '
      with recursive series as (
        (select venue, pair, interval_min from ohlcv_candles order by venue, pair, interval_min limit 1)
        union all
        select next.* from series, lateral (
          select c.venue, c.pair, c.interval_min from ohlcv_candles c
          where (c.venue, c.pair, c.interval_min) > (series.venue, series.pair, series.interval_min)
          order by c.venue, c.pair, c.interval_min limit 1
        ) next
      )
      select max(last.time) from series, lateral (
        select c.time from ohlcv_candles c
        where c.venue = series.venue and c.pair = series.pair and c.interval_min = series.interval_min
        order by c.time desc limit 1
      ) last'),
    ('candle_changes', 'select null'),
    ('bot_events', 'select max("timestamp") from bot_events'),
    ('symbols', 'select null'),
    ('backfill_jobs', 'select extract(epoch from max(updated_at)) from backfill_jobs'),
    ('day_profiles', 'select extract(epoch from max(day)) from day_profiles')
  loop
    if to_regclass(table_name) is not null then
      execute newest into newest_sec;
      return next;
    end if;
  end loop;
end
$$;

alter table candle_changes enable row level security;
revoke all on candle_changes from anon;
grant select, insert, update, delete on candle_changes to service_role;
revoke execute on function
  candle_stretch(integer, bigint),
  note_candle_changes(),
  note_candles_truncated(),
  candle_stamps(text, text, integer, bigint),
  compact_candle_changes()
  from public, anon;
grant execute on function
  candle_stretch(integer, bigint),
  note_candle_changes(),
  note_candles_truncated(),
  candle_stamps(text, text, integer, bigint),
  compact_candle_changes()
  to service_role;

-- A running PostgREST reads the schema again.
notify pgrst, 'reload schema';
