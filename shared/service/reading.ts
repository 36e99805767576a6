/** Modules that are read when a service is run: most of what reads a manifest runs nothing, and a read costs as much as a small command. */
import { Effect } from "effect"
import { errand } from "../pace/errands.ts"

/** What `read` imports: `reading(() => import("./layer.ts"))`. In a clock that waits no time passes meanwhile. */
export const reading = <Module>(read: () => Promise<Module>): Effect.Effect<Module> =>
  errand("the modules of a service")(Effect.promise(read))
