-- The roles that PostgREST acts through. Hosted Supabase has them; on a PostgreSQL of your own, and in the embedded
-- database, this file runs before the migrations. Running it again changes nothing.
--
-- It sets no password. Before PostgREST connects over a network:
--   alter role authenticator password '…';

do $$
begin
  -- Whoever brings no key: may do nothing.
  if not exists (select from pg_roles where rolname = 'anon') then
    create role anon nologin noinherit;
  end if;
  -- Kennel's key: passes row level security.
  if not exists (select from pg_roles where rolname = 'service_role') then
    create role service_role nologin noinherit bypassrls;
  end if;
  -- Whom PostgREST logs in as, to become one of the others for each request.
  if not exists (select from pg_roles where rolname = 'authenticator') then
    create role authenticator login noinherit;
  end if;
end
$$;

grant anon, service_role to authenticator;
grant usage on schema public to anon, service_role;
