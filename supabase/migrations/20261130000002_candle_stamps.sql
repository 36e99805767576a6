-- Whether candles are still what they were when somebody read them, without reading them again: every stretch of 1,440 candles' time of a
-- series has a stamp, which is another one after each change of its rows, whoever made it. A copy of candles that is kept elsewhere with their
-- stamps is as good as the table for every stretch whose stamp is the same.
--
-- Read the stamps first and the rows after: then a change that comes between has a stamp that the copy does not know.

create table candle_stamps (
  venue text not null,
  pair text not null,
  interval_min integer not null,
  -- Start of the stretch, Unix seconds: a whole multiple of its length.
  from_sec bigint not null,
  -- Random, so that a database which is made anew never has the stamps of the one before.
  stamp uuid not null,
  primary key (venue, pair, interval_min, from_sec)
);

create function candle_stretch(p_interval_min integer, p_time bigint) returns bigint
language sql
immutable
as $$
  -- Downwards also before 1970.
  select p_time - ((p_time % (p_interval_min * 86400::bigint)) + p_interval_min * 86400::bigint) % (p_interval_min * 86400::bigint)
$$;

insert into candle_stamps (venue, pair, interval_min, from_sec, stamp)
select venue, pair, interval_min, from_sec, gen_random_uuid()
from (select distinct venue, pair, interval_min, candle_stretch(interval_min, time) as from_sec from ohlcv_candles) there;

-- In the statement's own transaction: rows and stamp are seen together or not at all.
create function stamp_candles() returns trigger
language plpgsql
as $$
begin
  insert into candle_stamps (venue, pair, interval_min, from_sec, stamp)
  select venue, pair, interval_min, from_sec, gen_random_uuid()
  from (select distinct venue, pair, interval_min, candle_stretch(interval_min, time) as from_sec from changed) stretches
  -- Two writers take their stamps in one order, so that neither waits for the other for ever.
  order by venue, pair, interval_min, from_sec
  on conflict (venue, pair, interval_min, from_sec) do update set stamp = excluded.stamp;
  return null;
end
$$;

create function forget_candle_stamps() returns trigger
language plpgsql
as $$
begin
  delete from candle_stamps;
  return null;
end
$$;

create trigger stamp_inserted after insert on ohlcv_candles
  referencing new table as changed for each statement execute function stamp_candles();
-- A row may be moved to another stretch by hand: the one that it leaves has changed, too.
create trigger stamp_updated_from after update on ohlcv_candles
  referencing old table as changed for each statement execute function stamp_candles();
create trigger stamp_updated_to after update on ohlcv_candles
  referencing new table as changed for each statement execute function stamp_candles();
create trigger stamp_deleted after delete on ohlcv_candles
  referencing old table as changed for each statement execute function stamp_candles();
create trigger stamp_truncated after truncate on ohlcv_candles
  for each statement execute function forget_candle_stamps();

alter table candle_stamps enable row level security;
revoke all on candle_stamps from anon;
grant select, insert, update, delete on candle_stamps to service_role;
revoke execute on function candle_stretch(integer, bigint), stamp_candles(), forget_candle_stamps() from public, anon;
grant execute on function candle_stretch(integer, bigint), stamp_candles(), forget_candle_stamps() to service_role;

-- A running PostgREST reads the schema again.
notify pgrst, 'reload schema';
