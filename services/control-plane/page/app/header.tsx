/** The top of the page: pair, price, mode, what kind of money it is, and how fresh all that is. */
import { At, Choice } from "../kit/parts.tsx"
import { age, decimal, integer, UNKNOWN } from "../kit/format.ts"
import type { Status } from "../../core/brief.ts"
import { speedOf } from "./connection.ts"
import { ageSec, condition, keys, known, past, report, theme, THEMES, zone } from "./state.ts"

/** Digits of a price until the exchange has said its own. */
const PRICE_DIGITS = 7

/** Digits of a price of this market. */
export const priceDigits = (shown: Status): number => shown.constraints?.price_decimals ?? PRICE_DIGITS

/** `recorded:/long/path/day.csv` → `recorded day.csv`: a path is for whoever gave it. */
const marketName = (market: string): string => {
  const colon = market.indexOf(":")
  if (colon < 0) return market
  return `${market.slice(0, colon)} ${market.slice(market.lastIndexOf("/") + 1).replace(/^.*:/, "")}`
}

const Money = ({ shown }: { readonly shown: Status }) => {
  if (shown.trading === "live") {
    return (
      <span class="tag live">
        <b>LIVE</b> real money
      </span>
    )
  }
  const { simulator } = shown
  return (
    <span class="tag paper">
      <b>PAPER</b> simulated money
      {simulator === null ? "" : ` · ${marketName(simulator.market)} ×${simulator.speed}`}
    </span>
  )
}

/** An age by the reader's clock, with the exchange's beside it where that runs at another speed. */
const ageText = (sec: number | null, speed: number, isStale: boolean): string => {
  if (sec === null) return "not heard since the start"
  const there = speed === 1 ? "" : ` · ${age(sec)} there`
  return isStale ? `stale, ${age(sec / speed)}${there}` : `${age(sec / speed)} old${there}`
}

const Price = ({ shown }: { readonly shown: Status }) => {
  const { price, bid, ask, quote, price_stale_after_sec: staleAfter } = shown.market
  const digits = priceDigits(shown)
  const sec = ageSec.value
  const stale = sec === null || sec > staleAfter
  return (
    <dl class="ticker">
      <div>
        <dt>last, {quote}</dt>
        <dd class="n last">{decimal(price, digits)}</dd>
      </div>
      <div>
        <dt>bid</dt>
        <dd class="n buy">{decimal(bid, digits)}</dd>
      </div>
      <div>
        <dt>ask</dt>
        <dd class="n sell">{decimal(ask, digits)}</dd>
      </div>
      <div>
        <dt>price</dt>
        <dd class={`n age ${stale ? "stale" : ""}`}>{ageText(sec, speedOf(shown), stale)}</dd>
      </div>
    </dl>
  )
}

const LINKS = { connecting: "connecting", open: "connected", lost: "disconnected" }

const Vitals = ({ shown }: { readonly shown: Status | null }) => (
  <dl class="ticker vitals">
    <div>
      <dt>server</dt>
      <dd class={`link ${known.value.link}`}>{LINKS[known.value.link]}</dd>
    </div>
    <div>
      <dt>record</dt>
      <dd class="n">
        {shown === null ? (
          UNKNOWN
        ) : (
          <a href={`#journal/${shown.market.last_event_seq}`}>#{integer(shown.market.last_event_seq)}</a>
        )}
      </dd>
    </div>
    <div>
      <dt>exchange, {zone.value === "utc" ? "UTC" : "here"}</dt>
      <dd class="n">
        <At sec={shown?.market.venue_time} />
      </dd>
    </div>
  </dl>
)

const Choices = () => (
  <div class="choices">
    <Choice
      label="Theme"
      value={theme.value}
      options={THEMES.map((each) => [each, each])}
      onChange={(value) => (theme.value = value)}
    />
    <Choice
      label="Clock"
      value={zone.value}
      options={[
        ["utc", "UTC"],
        ["local", "here"]
      ]}
      onChange={(value) => (zone.value = value)}
    />
    <Choice
      label="Keys 1 to 9 change the view"
      value={keys.value}
      options={[
        ["on", "keys"],
        ["off", "no keys"]
      ]}
      onChange={(value) => (keys.value = value)}
    />
  </div>
)

const BackToNow = () => (
  <button type="button" class="first" onClick={() => (past.value = null)}>
    Back to now
  </button>
)

/** The top of the page. */
export const Header = () => {
  const shown = report.value
  const { kind, title } = condition.value
  return (
    <header>
      <div class="brand">
        <h1>
          Kennel <span class="pair">{shown?.market.pair}</span>
        </h1>
        {shown === null ? null : <Money shown={shown} />}
        <span class={`tag state ${kind}`} role="status">
          {title}
        </span>
        {past.value === null ? null : <BackToNow />}
      </div>
      {shown === null ? null : <Price shown={shown} />}
      <Vitals shown={shown} />
      <details class="prefs">
        <summary>View</summary>
        <Choices />
      </details>
    </header>
  )
}
