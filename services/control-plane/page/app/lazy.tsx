/** Parts of the page that are fetched when somebody goes there. */
import type { FunctionComponent } from "preact"
import { useEffect, useState } from "preact/hooks"
import { Empty } from "../kit/parts.tsx"

/** What has come of the fetching. */
type Fetched = { readonly Part: FunctionComponent } | { readonly failed: true } | null

/** A component whose code is fetched once, when it is first shown. */
export const lazy = (load: () => Promise<FunctionComponent>): FunctionComponent => {
  let kept: Fetched = null
  return function Lazy() {
    const [fetched, setFetched] = useState<Fetched>(kept)
    useEffect(() => {
      if (kept !== null) return
      load().then(
        (Part) => setFetched((kept = { Part })),
        () => setFetched({ failed: true })
      )
    }, [])
    if (fetched === null) return <Empty>Loading …</Empty>
    if ("failed" in fetched) {
      return (
        <Empty>
          This part of the page did not come: the server may be gone, or run another build.{" "}
          <button type="button" onClick={() => location.reload()}>
            Load the page again
          </button>
        </Empty>
      )
    }
    return <fetched.Part />
  }
}
