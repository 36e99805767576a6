-- Whose market a candle is of: one that people trade at, or the simulated one of a paper market. The two never share a row.
-- "unsaid" are rows of before: whose they are is known to the process that runs the market, and adopt_candles says it.

alter table ohlcv_candles
  add column venue text not null default 'unsaid' check (venue in ('real', 'simulated', 'unsaid'));
alter table ohlcv_candles
  alter column venue drop default,
  drop constraint ohlcv_candles_pkey,
  add primary key (venue, pair, interval_min, time);
-- Files are of real markets, whatever the market of the process was that read them.
update ohlcv_candles set venue = 'real' where source = 'import';

drop function upsert_candles(
  text, integer, text, bigint[], numeric[], numeric[], numeric[], numeric[], numeric[], integer[]
);
drop function candle_coverage(text, integer, bigint);
drop function all_candle_coverage();
drop function candle_gaps(text, integer, bigint, integer);

-- Stores candles given as columns, over what is there; returns how many are new. A candle with the values it has already
-- is left as it is, so that importing a file again writes nothing.
create function upsert_candles(
  p_venue text,
  p_pair text,
  p_interval_min integer,
  p_source text,
  p_time bigint[],
  p_open numeric[],
  p_high numeric[],
  p_low numeric[],
  p_close numeric[],
  p_volume numeric[],
  p_trade_count integer[]
) returns integer
language sql
as $$
  with written as (
    insert into ohlcv_candles as old
      (venue, pair, interval_min, time, open, high, low, close, volume, trade_count, source)
    select p_venue, p_pair, p_interval_min, given.time, given.open, given.high, given.low, given.close, given.volume,
      given.trade_count, p_source
    from unnest(p_time, p_open, p_high, p_low, p_close, p_volume, p_trade_count)
      as given (time, open, high, low, close, volume, trade_count)
    on conflict (venue, pair, interval_min, time) do update
    set open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
      volume = excluded.volume, trade_count = excluded.trade_count, source = excluded.source
    where (old.open, old.high, old.low, old.close, old.volume, old.trade_count)
      is distinct from
      (excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume, excluded.trade_count)
    -- A row that was inserted has never been locked or updated.
    returning xmax = 0 as fresh
  )
  select count(*) filter (where fresh)::integer from written
$$;

-- How much of a series there is from p_from (Unix seconds) on; one row, also for nothing.
create function candle_coverage(p_venue text, p_pair text, p_interval_min integer, p_from bigint)
returns table (venue text, pair text, interval_min integer, count bigint, oldest bigint, newest bigint, with_volume bigint)
language sql
stable
as $$
  select p_venue, p_pair, p_interval_min, count(*), min(c.time), max(c.time), count(*) filter (where c.volume > 0)
  from ohlcv_candles c
  where c.venue = p_venue and c.pair = p_pair and c.interval_min = p_interval_min and c.time >= p_from
$$;

-- The same of every series. Freshness, for people:
--   select venue, pair, interval_min, (extract(epoch from now()) - newest) / 86400 as days_behind from all_candle_coverage();
create function all_candle_coverage()
returns table (venue text, pair text, interval_min integer, count bigint, oldest bigint, newest bigint, with_volume bigint)
language sql
stable
as $$
  select c.venue, c.pair, c.interval_min, count(*), min(c.time), max(c.time), count(*) filter (where c.volume > 0)
  from ohlcv_candles c
  group by c.venue, c.pair, c.interval_min
$$;

-- The holes between candles that start at p_from or later: start of the first and last missing candle, and how many are
-- missing. p_newest is how many of the newest candles are looked at; null looks at all.
create function candle_gaps(p_venue text, p_pair text, p_interval_min integer, p_from bigint, p_newest integer)
returns table (from_sec bigint, to_sec bigint, missing bigint)
language sql
stable
as $$
  with looked_at as (
    select c.time
    from ohlcv_candles c
    where c.venue = p_venue and c.pair = p_pair and c.interval_min = p_interval_min and c.time >= p_from
    order by c.time desc
    limit p_newest
  ),
  steps as (
    select lag(time) over (order by time) as before, time as after, p_interval_min * 60::bigint as step from looked_at
  ),
  holes as (
    -- Bars of stock markets are not always a multiple apart: only whole intervals are missing.
    select before, step, (after - before) / step - 1 as missing from steps where before is not null
  )
  select before + step, before + missing * step, missing from holes where missing > 0
$$;

-- Says of at most p_most rows of before whose they are; returns how many there were. Called again until 0. A simulated exchange
-- has one pair: that pair's rows are p_venue's, all others are of real markets. Where the venue has the candle already, that one stays.
create function adopt_candles(p_pair text, p_venue text, p_most integer) returns integer
language sql
as $$
  with taken as (
    delete from ohlcv_candles
    where venue = 'unsaid' and (pair, interval_min, time) in
      (select c.pair, c.interval_min, c.time from ohlcv_candles c where c.venue = 'unsaid' limit p_most)
    returning *
  ),
  adopted as (
    insert into ohlcv_candles (venue, pair, interval_min, time, open, high, low, close, volume, trade_count, source)
    select case when pair = p_pair then p_venue else 'real' end,
      pair, interval_min, time, open, high, low, close, volume, trade_count, source
    from taken
    on conflict (venue, pair, interval_min, time) do nothing
  )
  select count(*)::integer from taken
$$;

-- As before, along the longer key.
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

revoke execute on function
  upsert_candles(text, text, integer, text, bigint[], numeric[], numeric[], numeric[], numeric[], numeric[], integer[]),
  candle_coverage(text, text, integer, bigint),
  all_candle_coverage(),
  candle_gaps(text, text, integer, bigint, integer),
  adopt_candles(text, text, integer)
  from public, anon;
grant execute on function
  upsert_candles(text, text, integer, text, bigint[], numeric[], numeric[], numeric[], numeric[], numeric[], integer[]),
  candle_coverage(text, text, integer, bigint),
  all_candle_coverage(),
  candle_gaps(text, text, integer, bigint, integer),
  adopt_candles(text, text, integer)
  to service_role;

-- A running PostgREST reads the schema again.
notify pgrst, 'reload schema';
