/** The first view: price, orders and levels on one chart; what it has come to; how it stands and why. */
import { report } from "../../app/state.ts"
import { ChartCard } from "./chartCard.tsx"
import { Logs } from "./logs.tsx"
import { ActionsCard, ModeCard } from "./modeCard.tsx"
import { PnlCard, Realised, Worth } from "./moneyCards.tsx"

/** The first view. */
export const Overview = () => {
  const shown = report.value
  if (shown === null) return null
  return (
    <div class="overview">
      <div class="market-column">
        <ChartCard shown={shown} />
        <ModeCard shown={shown} />
        <ActionsCard shown={shown} />
      </div>
      <div class="money-column">
        <Realised shown={shown} />
        <Worth shown={shown} />
        <PnlCard />
      </div>
      <Logs shown={shown} />
    </div>
  )
}
