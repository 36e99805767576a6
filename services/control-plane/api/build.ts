/** What this build is called: as its `package.json` says, read once. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Schema } from "effect"

const Package = Schema.fromJsonString(Schema.Struct({ version: Schema.NonEmptyString }))

/** The version, such as `0.1.0`. */
export const { version: BUILD_VERSION } = Schema.decodeUnknownSync(Package)(
  readFileSync(join(import.meta.dirname, "../../../package.json"), "utf8")
)
