-- What PostgREST cannot say over a table: candles by the thousand, coverage, holes.

-- Stores candles given as columns, over what is there; returns how many are new. A candle with the values it has already
-- is left as it is, so that importing a file again writes nothing.
create function upsert_candles(
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
      (pair, interval_min, time, open, high, low, close, volume, trade_count, source)
    select p_pair, p_interval_min, given.time, given.open, given.high, given.low, given.close, given.volume,
      given.trade_count, p_source
    from unnest(p_time, p_open, p_high, p_low, p_close, p_volume, p_trade_count)
      as given (time, open, high, low, close, volume, trade_count)
    on conflict (pair, interval_min, time) do update
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
create function candle_coverage(p_pair text, p_interval_min integer, p_from bigint)
returns table (pair text, interval_min integer, count bigint, oldest bigint, newest bigint, with_volume bigint)
language sql
stable
as $$
  select p_pair, p_interval_min, count(*), min(c.time), max(c.time), count(*) filter (where c.volume > 0)
  from ohlcv_candles c
  where c.pair = p_pair and c.interval_min = p_interval_min and c.time >= p_from
$$;

-- The same of every series. Freshness, for people:
--   select pair, interval_min, (extract(epoch from now()) - newest) / 86400 as days_behind from all_candle_coverage();
create function all_candle_coverage()
returns table (pair text, interval_min integer, count bigint, oldest bigint, newest bigint, with_volume bigint)
language sql
stable
as $$
  select c.pair, c.interval_min, count(*), min(c.time), max(c.time), count(*) filter (where c.volume > 0)
  from ohlcv_candles c
  group by c.pair, c.interval_min
$$;

-- The holes between candles that start at p_from or later: start of the first and last missing candle, and how many are
-- missing. p_newest is how many of the newest candles are looked at; null looks at all.
create function candle_gaps(p_pair text, p_interval_min integer, p_from bigint, p_newest integer)
returns table (from_sec bigint, to_sec bigint, missing bigint)
language sql
stable
as $$
  with looked_at as (
    select c.time
    from ohlcv_candles c
    where c.pair = p_pair and c.interval_min = p_interval_min and c.time >= p_from
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
