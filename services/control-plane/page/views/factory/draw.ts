/** Puts a scene on the canvas: what stands still on one layer, drawn when the status changes, and what moves on another, each frame. */
import { decimal, integer } from "../../kit/format.ts"
import type { Place } from "./core/motion.ts"
import type { Belt, Machine, Scene } from "./core/scene.ts"

/** Colours of the style sheet, by name. */
export type Palette = Readonly<Record<string, string>>

const NAMES = ["card", "page", "line", "text", "quiet", "accent", "buy", "sell", "warn", "bad", "belt"] as const

/** The colours in force. */
export const paletteOf = (element: Element): Palette => {
  const style = getComputedStyle(element)
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]))
}

const PROFIT_DIGITS = 4
const FONT = "system-ui, 'Liberation Sans', sans-serif"

const LAMPS: Readonly<Record<Machine["lamp"], string>> = {
  running: "buy",
  waiting: "accent",
  still: "warn",
  halted: "bad",
  retiring: "quiet"
}

const clipped = (context: CanvasRenderingContext2D, text: string, width: number): string => {
  if (context.measureText(text).width <= width) return text
  let end = text.length
  while (end > 1 && context.measureText(`${text.slice(0, end)}…`).width > width) end--
  return `${text.slice(0, end)}…`
}

const drawMachine = (context: CanvasRenderingContext2D, machine: Machine, ink: Palette): void => {
  const { x, y, width, height, box, lamp } = machine
  context.fillStyle = ink["card"] ?? ""
  context.strokeStyle = lamp === "halted" ? (ink["bad"] ?? "") : (ink["line"] ?? "")
  context.lineWidth = lamp === "halted" ? 2 : 1
  context.beginPath()
  context.roundRect(x + 0.5, y + 0.5, width - 1, height - 1, 7)
  context.fill()
  context.stroke()
  context.fillStyle = ink["page"] ?? ""
  context.beginPath()
  context.roundRect(box.x, box.y, box.width, box.height, 5)
  context.fill()
  context.stroke()
  context.fillStyle = ink[LAMPS[lamp]] ?? ""
  context.beginPath()
  context.arc(x + 13, y + 14, 4.5, 0, 2 * Math.PI)
  context.fill()
  context.textBaseline = "middle"
  context.fillStyle = ink["text"] ?? ""
  context.font = `600 12px ${FONT}`
  context.fillText(clipped(context, `${machine.name} · ${machine.slot}`, width * 0.45), x + 23, y + 14)
  context.font = `11px ${FONT}`
  context.fillStyle = ink["quiet"] ?? ""
  context.textAlign = "right"
  context.fillText(clipped(context, machine.phase, width * 0.45), x + width - 10, y + 14)
  context.textAlign = "center"
  context.fillText(`${integer(machine.trips)} trips`, box.x + box.width / 2, box.y + 14)
  context.fillStyle = (machine.profit.startsWith("-") ? ink["sell"] : ink["buy"]) ?? ""
  context.fillText(decimal(machine.profit, PROFIT_DIGITS), box.x + box.width / 2, box.y + 30)
  context.textAlign = "left"
  if (machine.hidden > 0) {
    context.fillStyle = ink["quiet"] ?? ""
    context.fillText(`+${machine.hidden} more`, x + 10, y + 78)
  }
}

const POWER: Readonly<Record<Scene["power"]["state"], string>> = { live: "accent", stale: "warn", dead: "bad" }

/** What stands still. */
export const drawFloor = (context: CanvasRenderingContext2D, scene: Scene, ink: Palette): void => {
  context.clearRect(0, 0, scene.width, scene.height)
  const { power } = scene
  context.font = `600 13px ${FONT}`
  const wide = context.measureText(power.text).width + 24
  context.fillStyle = ink["card"] ?? ""
  context.strokeStyle = ink[POWER[power.state]] ?? ""
  context.lineWidth = 1.5
  context.beginPath()
  context.roundRect(12, power.y - 12, wide, 24, 12)
  context.fill()
  context.stroke()
  context.fillStyle = ink["text"] ?? ""
  context.textBaseline = "middle"
  context.textAlign = "left"
  context.fillText(power.text, 24, power.y)
  for (const machine of scene.machines) drawMachine(context, machine, ink)
}

const drawBelt = (context: CanvasRenderingContext2D, { x1, x2, y, kind }: Belt): void => {
  // Buys come in, sells go out, recoveries go round: all of them to the right but the buys' price, which falls towards them.
  context.moveTo(kind === "buy" ? x2 : x1, y)
  context.lineTo(kind === "buy" ? x1 : x2, y)
}

const CRATE = 5

/** What moves. `phase` in pixels is how far the belts have run. */
export const drawMotion = (
  context: CanvasRenderingContext2D,
  scene: Scene,
  places: ReadonlyMap<string, Place>,
  phase: number,
  ink: Palette
): void => {
  context.clearRect(0, 0, scene.width, scene.height)
  context.lineWidth = 3
  context.strokeStyle = ink["belt"] ?? ""
  context.setLineDash([7, 4])
  context.lineDashOffset = -phase
  context.beginPath()
  for (const { belts } of scene.machines) for (const belt of belts) drawBelt(context, belt)
  context.stroke()
  context.strokeStyle = ink[POWER[scene.power.state]] ?? ""
  context.lineWidth = 2
  context.setLineDash(scene.power.state === "live" ? [14, 6] : scene.power.state === "stale" ? [3, 9] : [])
  context.lineDashOffset = -3 * phase
  context.beginPath()
  context.moveTo(190, scene.power.y)
  context.lineTo(scene.width - 12, scene.power.y)
  if (scene.power.state !== "dead") context.stroke()
  context.setLineDash([])
  for (const side of ["buy", "sell"] as const) {
    for (const isPending of [false, true]) {
      context.fillStyle = ink[side] ?? ""
      context.strokeStyle = ink[side] ?? ""
      context.lineWidth = 1.5
      context.beginPath()
      for (const { crates } of scene.machines) {
        for (const crate of crates) {
          if (crate.side !== side || crate.pending !== isPending) continue
          const { x, y } = places.get(crate.id) ?? crate
          if (crate.kind === "recovery") {
            context.moveTo(x + CRATE, y)
            context.arc(x, y, CRATE, 0, 2 * Math.PI)
          } else context.rect(x - CRATE, y - CRATE, 2 * CRATE, 2 * CRATE)
        }
      }
      if (isPending) context.stroke()
      else context.fill()
    }
  }
}
