-- The tables of Kennel. Money, prices and volumes are exact (numeric); times are Unix seconds.

-- Small JSON values by key: cursors, stall counters.
create table bot_state (
  key text primary key,
  data jsonb not null,
  updated_at timestamptz not null default now()
);

-- What is made from a journal has the event's place in it as key: projecting the same event again changes nothing.
create table fills (
  market text not null,
  event_id text not null,
  time double precision not null,
  slot_id integer not null,
  local_id bigint not null,
  client_id text not null,
  txid text not null,
  exec_id text not null,
  side text check (side in ('buy', 'sell')),
  price numeric not null,
  volume numeric not null,
  cost numeric not null,
  fee numeric not null,
  liquidity text not null check (liquidity in ('maker', 'taker')),
  primary key (market, event_id)
);
create index fills_by_time on fills (time);

create table price_history (
  market text not null,
  event_id text not null,
  time double precision not null,
  last numeric not null,
  bid numeric not null,
  ask numeric not null,
  primary key (market, event_id)
);
create index price_history_by_time on price_history (time);

create table bot_events (
  market text not null,
  event_id text not null,
  "timestamp" double precision not null,
  slot_id integer,
  event_type text not null,
  from_state text,
  to_state text,
  details jsonb not null,
  primary key (market, event_id)
);
create index bot_events_by_time on bot_events ("timestamp");

create table day_profiles (
  market text not null,
  day date not null,
  high numeric not null,
  low numeric not null,
  point_of_control numeric not null,
  value_area_high numeric not null,
  value_area_low numeric not null,
  volume_weighted_price double precision not null,
  total_volume numeric not null,
  primary key (market, day)
);

-- A closed bar that starts at "time". The source is who first brought the values that stand here.
create table ohlcv_candles (
  pair text not null,
  interval_min integer not null check (interval_min > 0),
  time bigint not null,
  open numeric not null check (open > 0),
  high numeric not null check (high > 0),
  low numeric not null check (low > 0),
  close numeric not null check (close > 0),
  volume numeric not null check (volume >= 0),
  trade_count integer not null check (trade_count >= 0),
  source text not null check (source in ('stream', 'poll', 'backfill', 'import')),
  primary key (pair, interval_min, time)
);

-- The watchlist.
create table symbols (
  symbol text primary key,
  name text not null default '',
  enabled boolean not null default true
);

-- A durable queue of history jobs. A running job belongs to its worker until lease_until.
create table backfill_jobs (
  id bigint generated always as identity primary key,
  source text not null,
  symbol text not null,
  interval_min integer not null check (interval_min > 0),
  mode text not null check (mode in ('incremental', 'full', 'missing')),
  days integer not null check (days > 0),
  phase text not null default 'pending'
    check (phase in ('pending', 'in_progress', 'complete', 'skipped', 'error', 'cancelled')),
  cursor text,
  -- Null: not begun.
  chunks_done integer,
  chunks_total integer,
  fresh integer,
  attempts integer not null default 0,
  message text not null default '',
  worker text,
  lease_until timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
-- One series is fetched by one job at a time.
create unique index backfill_jobs_live on backfill_jobs (source, symbol, interval_min)
  where phase in ('pending', 'in_progress');
