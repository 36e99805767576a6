/** The frame around every view: what market it is, how it stands, where one can go, what may be asked for. */
import type { ComponentChildren, FunctionComponent } from "preact"
import { useEffect, useErrorBoundary } from "preact/hooks"
import { ActionDialog } from "../actions/dialog.tsx"
import { Empty } from "../kit/parts.tsx"
import { Header } from "./header.tsx"
import { listenForKeys } from "./keyboard.ts"
import { lazy } from "./lazy.tsx"
import { Notice } from "./notice.tsx"
import { hrefOf, type View, VIEWS } from "./places.ts"
import { place } from "./routes.ts"
import { condition, known, past, report } from "./state.ts"
import { Overview } from "../views/overview/overview.tsx"

/** The first view comes with the page, every other when somebody goes there. */
const PANELS: Readonly<Record<View, FunctionComponent>> = {
  overview: Overview,
  slots: lazy(() => import("../views/slots/slots.tsx").then(({ Slots }) => Slots)),
  journal: lazy(() => import("../views/journal/journal.tsx").then(({ Journal }) => Journal)),
  time: lazy(() => import("../views/time/time.tsx").then(({ Time }) => Time)),
  regimes: lazy(() => import("../views/regimes/regimes.tsx").then(({ Regimes }) => Regimes)),
  data: lazy(() => import("../views/data/data.tsx").then(({ Data }) => Data)),
  capital: lazy(() => import("../views/capital/capital.tsx").then(({ Capital }) => Capital)),
  config: lazy(() => import("../views/config/config.tsx").then(({ Config }) => Config)),
  factory: lazy(() => import("../views/factory/factory.tsx").then(({ Factory }) => Factory))
}

const Navigation = () => (
  <nav aria-label="Views">
    <ul>
      {VIEWS.map(({ id, name, key }) => (
        <li key={id}>
          <a href={hrefOf(id)} aria-current={place.value.view === id ? "page" : undefined} aria-keyshortcuts={key}>
            <span>{name}</span>
            <kbd aria-hidden="true">{key}</kbd>
          </a>
        </li>
      ))}
    </ul>
  </nav>
)

/** A view that cannot be drawn says so and leaves the rest of the page as it is. */
const Guarded = ({ children }: { readonly children: ComponentChildren }) => {
  const [error] = useErrorBoundary((thrown: unknown) => reportError(thrown))
  if (error === undefined) return <>{children}</>
  return <Empty>This view cannot be drawn: the console of the browser says why. Every other view still stands.</Empty>
}

/** The whole page. */
export const Shell = () => {
  useEffect(listenForKeys, [])
  const { view } = place.value
  const Panel = PANELS[view]
  const { kind } = condition.value
  const shown = report.value
  const name = VIEWS.find(({ id }) => id === view)?.name ?? ""
  useEffect(() => {
    const price = known.value.report?.market.price ?? "–"
    const pair = known.value.report?.market.pair
    document.title = pair === undefined ? "Kennel" : `${past.value === null ? price : "past"} ${pair} · Kennel`
  })
  return (
    <div class={`shell ${kind}`}>
      <a
        class="skip"
        href="#main"
        onClick={(event) => (event.preventDefault(), document.getElementById("main")?.focus())}
      >
        Skip to content
      </a>
      <Header />
      <Navigation />
      <main id="main" tabIndex={-1} class={kind === "lost" ? "old" : ""} aria-label={name}>
        <Notice />
        {shown === null && view !== "config" ? (
          <Empty>Nothing has been heard yet.</Empty>
        ) : (
          <Guarded key={view}>
            <Panel />
          </Guarded>
        )}
      </main>
      <ActionDialog />
    </div>
  )
}
