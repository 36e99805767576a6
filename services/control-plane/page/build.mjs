/**
 * Builds the page for `npm ci` (as its `prepare`) and `npm run page`. Where development dependencies were left out there is nothing to build
 * with: then it says so in one line and ends well, so that installing for production does not fail.
 */
import { existsSync } from "node:fs"
import { join } from "node:path"

const ROOT = join(import.meta.dirname, "../../..")
const CONFIG = join(ROOT, "page.config.ts")

// Without development dependencies Vite is missing; without optional ones its compiler for this machine is.
const vite = await import("vite").catch(() => null)

if (vite === null || !existsSync(CONFIG)) {
  process.stdout.write(
    "kennel: the page is not built, because its build tools are not installed here; what was built elsewhere may be copied to services/control-plane/page/out\n"
  )
} else {
  const watch = process.argv.includes("--watch") ? { build: { watch: {} } } : {}
  await vite.build({ configFile: CONFIG, ...watch })
}
