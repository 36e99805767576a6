-- What was made from a market's journal is kept for a time: the journal has it all, and these tables would grow for ever.

-- Deletes at most p_most rows of each table that are older than its own time (Unix seconds; null: none is too old); returns how
-- many. Called again until 0, as forget_market is. Events at 0 have no time (what was said before the exchange's was known): they are few, and stay.
create function forget_projected(
  p_market text,
  p_fills double precision,
  p_prices double precision,
  p_events double precision,
  p_most integer
) returns integer
language sql
as $$
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

revoke execute on function
  forget_projected(text, double precision, double precision, double precision, integer)
  from public, anon;
grant execute on function
  forget_projected(text, double precision, double precision, double precision, integer)
  to service_role;

-- A running PostgREST reads the schema again.
notify pgrst, 'reload schema';
