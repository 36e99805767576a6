/** What there is in the database: the only source of names that go into SQL, so that no request can bring its own. */
import { Schema } from "effect"
import type { Database } from "./database.ts"

/** Types by column, as PostgreSQL writes them (`bigint`, `numeric[]`). */
export type Columns = ReadonlyMap<string, string>

/** A function that may be called by name, as PostgreSQL describes it. */
export interface SqlFunction {
  /** Types by argument. */
  readonly args: Columns
  /** How many of the last arguments may be left out. */
  readonly defaults: number
  /** Columns of the rows it returns; null where it returns one value. */
  readonly rows: Columns | null
  /** Whether it may change something. */
  readonly writes: boolean
}

/** Tables, views and functions of the schema `public`, by name. */
export interface Catalog {
  readonly tables: ReadonlyMap<string, Columns>
  readonly functions: ReadonlyMap<string, SqlFunction>
}

const Pairs = Schema.Array(Schema.Tuple([Schema.String, Schema.String]))

const Listed = Schema.fromJsonString(
  Schema.Struct({
    tables: Schema.Array(Schema.Struct({ name: Schema.String, columns: Pairs })),
    functions: Schema.Array(
      Schema.Struct({
        name: Schema.String,
        args: Pairs,
        defaults: Schema.Int,
        rows: Schema.NullOr(Pairs),
        writes: Schema.Boolean
      })
    )
  })
)

/** Arguments of mode i and b come in, o, b and t come out; a function that returns a table's rows has that table's columns. */
const LIST = `
with table_columns as (
  select c.oid, c.reltype, c.relname as name,
    json_agg(json_build_array(a.attname, format_type(a.atttypid, null)) order by a.attnum) as columns
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
  group by c.oid, c.reltype, c.relname
),
arguments as (
  select p.oid, mode, name, format_type(type, null) as type, place
  from pg_proc p, unnest(
    p.proargnames,
    coalesce(p.proallargtypes, p.proargtypes::oid[]),
    coalesce(p.proargmodes, array_fill('i'::"char", array[p.pronargs::integer]))
  ) with ordinality as given (name, type, mode, place)
  where p.pronamespace = 'public'::regnamespace
),
listed_functions as (
  select p.proname as name, p.pronargdefaults as defaults, p.provolatile = 'v' as writes,
    coalesce((
      select json_agg(json_build_array(g.name, g.type) order by g.place)
      from arguments g where g.oid = p.oid and g.mode in ('i', 'b')
    ), '[]') as args,
    coalesce(
      (select t.columns from table_columns t where t.reltype = p.prorettype),
      (
        select json_agg(json_build_array(g.name, g.type) order by g.place)
        from arguments g where g.oid = p.oid and g.mode in ('o', 'b', 't')
      )
    ) as rows
  from pg_proc p
  where p.pronamespace = 'public'::regnamespace and p.prokind = 'f'
)
select json_build_object(
  'tables', (select json_agg(json_build_object('name', t.name, 'columns', t.columns)) from table_columns t),
  'functions', (
    select json_agg(json_build_object('name', f.name, 'args', f.args, 'defaults', f.defaults, 'rows', f.rows, 'writes', f.writes))
    from listed_functions f
  )
)::text as listed`

/** Reads the catalog of a migrated database. */
export const readCatalog = async (database: Database): Promise<Catalog> => {
  const [row] = (await database.query(LIST)) as ReadonlyArray<{ readonly listed: string }>
  const { tables, functions } = Schema.decodeUnknownSync(Listed)(row?.listed)
  return {
    tables: new Map(tables.map(({ name, columns }) => [name, new Map(columns)])),
    functions: new Map(
      functions.map(({ name, args, defaults, rows, writes }) => [
        name,
        { args: new Map(args), defaults, rows: rows === null ? null : new Map(rows), writes }
      ])
    )
  }
}
