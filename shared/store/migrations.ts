/** The SQL under `supabase/`, in the order in which it is applied. */
import * as fs from "node:fs"
import { fileURLToPath } from "node:url"

/** One file of SQL. */
export interface SqlFile {
  /** Without directory and ending, such as `20261121000001_tables`: what the embedded database remembers it by. */
  readonly name: string
  readonly sql: string
}

const root = new URL("../../supabase/", import.meta.url)

const read = (file: URL): string => fs.readFileSync(file, "utf8")

/** The roles that hosted Supabase has and others need first. */
export const rolesSql = (): string => read(new URL("roles.sql", root))

/** Every migration, oldest first. */
export const migrations = (): ReadonlyArray<SqlFile> => {
  const directory = new URL("migrations/", root)
  return fs
    .readdirSync(fileURLToPath(directory))
    .filter((file) => file.endsWith(".sql"))
    .sort()
    .map((file) => ({ name: file.slice(0, -".sql".length), sql: read(new URL(file, directory)) }))
}
