/** Everything the page shows, as signals: the live report, a past one where somebody looks back, and the reader's choices. */
import { computed, signal } from "@preact/signals"
import type { Status } from "../../core/brief.ts"
import type { StatusReport } from "../../core/report.ts"
import type { Zone } from "../kit/format.ts"
import { type Condition, conditionOf, type Known, priceAgeSec, unknown } from "./connection.ts"

/** The live connection and its newest report. */
export const known = signal<Known>(unknown(Date.now()))

/** The page's clock in milliseconds; it moves once a second, so that ages grow by themselves. */
export const nowMs = signal(Date.now())

/** A moment of the past that the whole page shows instead of now. */
export interface Past {
  /** Everything up to this record. */
  readonly seq: number
  /** With every slot in full, which of now is asked for one by one. */
  readonly report: StatusReport
}

/** Null: the page shows now. */
export const past = signal<Past | null>(null)

/** What every view shows. */
export const report = computed<Status | null>(() => past.value?.report ?? known.value.report)

/** The newest record that the live page has come to; the first of the page's own answers is shown as done from there on. */
export const seenSeq = computed(() => known.value.report?.market.last_event_seq ?? null)

const inPast = ({ seq }: Past): Condition => ({
  kind: "past",
  title: `As it was at record ${seq}`,
  details: []
})

/** The one state the page is in: of the live connection, also while the past is looked at, unless all is well there. */
export const condition = computed<Condition>(() => {
  const live = conditionOf(known.value, nowMs.value)
  return past.value === null || live.kind === "lost" ? live : inPast(past.value)
})

/** The price's age in seconds of the exchange's clock. */
export const ageSec = computed(() =>
  past.value === null ? priceAgeSec(known.value, nowMs.value) : past.value.report.market.price_age_sec
)

/** Whether an action may be asked for: never while nobody hears, and never in the past. */
export const mayAct = computed(() => known.value.link === "open" && past.value === null)

const stored = <T extends string>(key: string, choices: ReadonlyArray<T>): T => {
  const found = localStorage.getItem(key)
  return choices.find((choice) => choice === found) ?? (choices[0] as T)
}

/** The themes that may be chosen; the first is the default. */
export const THEMES = ["system", "light", "dark"] as const
/** The zones that may be chosen; the first is the default. */
export const ZONES: ReadonlyArray<Zone> = ["utc", "local"]

/** The reader's theme. */
export const theme = signal(stored("kennel.theme", THEMES))
/** The reader's clock. */
export const zone = signal(stored<Zone>("kennel.zone", ZONES))
/** Whether single keys change the view; off for those whose voice or hands press keys by accident. */
export const keys = signal(stored("kennel.keys", ["on", "off"] as const))

/** Keeps the reader's choices in the browser, and tells the style sheet of the theme. */
export const keepChoices = (): void => {
  theme.subscribe((value) => {
    localStorage.setItem("kennel.theme", value)
    if (value === "system") delete document.documentElement.dataset["theme"]
    else document.documentElement.dataset["theme"] = value
  })
  zone.subscribe((value) => localStorage.setItem("kennel.zone", value))
  keys.subscribe((value) => localStorage.setItem("kennel.keys", value))
}

/** The colours in force, for what is drawn on a canvas. */
export const dark = signal(matchMedia("(prefers-color-scheme: dark)").matches)
/** Whether the dark colours are shown. */
export const isDark = computed(() => (theme.value === "system" ? dark.value : theme.value === "dark"))
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
  dark.value = event.matches
})
