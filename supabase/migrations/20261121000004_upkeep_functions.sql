-- Health, and making room for a market that is projected again.

-- The tables that are there, each with the time of its newest row (Unix seconds; null: empty, or without a time).
create function store_health() returns table (table_name text, newest_sec double precision)
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
        (select pair, interval_min from ohlcv_candles order by pair, interval_min limit 1)
        union all
        select next.* from series, lateral (
          select c.pair, c.interval_min from ohlcv_candles c
          where (c.pair, c.interval_min) > (series.pair, series.interval_min)
          order by c.pair, c.interval_min limit 1
        ) next
      )
      select max(last.time) from series, lateral (
        select c.time from ohlcv_candles c
        where c.pair = series.pair and c.interval_min = series.interval_min
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

-- Deletes at most p_most rows of each table that was made from a market's journal; returns how many. Called again until 0:
-- one statement over everything would run into a server's time limit.
create function forget_market(p_market text, p_most integer) returns integer
language sql
as $$
  with gone_fills as (
    delete from fills where market = p_market and event_id in
      (select event_id from fills where market = p_market limit p_most) returning 1
  ),
  gone_prices as (
    delete from price_history where market = p_market and event_id in
      (select event_id from price_history where market = p_market limit p_most) returning 1
  ),
  gone_events as (
    delete from bot_events where market = p_market and event_id in
      (select event_id from bot_events where market = p_market limit p_most) returning 1
  )
  select ((select count(*) from gone_fills) + (select count(*) from gone_prices) + (select count(*) from gone_events))::integer
$$;
