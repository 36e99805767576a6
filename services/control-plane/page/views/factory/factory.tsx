/** The market as a living factory floor. */
import { useComputed, useSignal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import { hrefOf } from "../../app/places.ts"
import { go } from "../../app/routes.ts"
import { isDark, known, past, report } from "../../app/state.ts"
import { Empty } from "../../kit/parts.tsx"
import { moved, type Place } from "./core/motion.ts"
import { machineAt, type Scene, sceneOf, zoomOf } from "./core/scene.ts"
import { drawFloor, drawMotion, type Palette, paletteOf } from "./draw.ts"

/** How fast belts run, in pixels a second. */
const BELT_SPEED = 26

/** A canvas of the scene's size, magnified, sharp on any screen. */
const sized = (canvas: HTMLCanvasElement, { width, height }: Scene, zoom: number): CanvasRenderingContext2D | null => {
  const context = canvas.getContext("2d")
  const ratio = devicePixelRatio * zoom
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)]
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w
    canvas.height = h
    canvas.style.width = `${width * zoom}px`
    canvas.style.height = `${height * zoom}px`
  }
  context?.setTransform(ratio, 0, 0, ratio, 0, 0)
  return context
}

/** Draws frame by frame while anything moves; asked to keep still, it draws when the status changes. */
class Floor {
  readonly #still = matchMedia("(prefers-reduced-motion: reduce)")
  #scene: Scene | null = null
  #ink: Palette = {}
  #places: ReadonlyMap<string, Place> = new Map()
  #phase = 0
  #zoom = 1
  #lastMs = 0
  #frame = 0

  readonly #below: HTMLCanvasElement
  readonly #above: HTMLCanvasElement

  constructor(below: HTMLCanvasElement, above: HTMLCanvasElement) {
    this.#below = below
    this.#above = above
    this.#frame = requestAnimationFrame((ms) => this.#draw(ms))
  }

  show(scene: Scene, zoom: number): void {
    this.#scene = scene
    this.#zoom = zoom
    this.#ink = paletteOf(this.#below)
    const context = sized(this.#below, scene, zoom)
    if (context !== null) drawFloor(context, scene, this.#ink)
  }

  #draw(ms: number): void {
    const elapsedMs = Math.min(100, ms - this.#lastMs)
    this.#lastMs = ms
    const scene = this.#scene
    if (scene !== null) {
      const still = this.#still.matches
      if (!still && scene.moving) this.#phase = (this.#phase + (BELT_SPEED * elapsedMs) / 1_000) % 1_100
      this.#places = moved(this.#places, scene, elapsedMs, still)
      const context = sized(this.#above, scene, this.#zoom)
      if (context !== null) drawMotion(context, scene, this.#places, this.#phase, this.#ink)
    }
    this.#frame = requestAnimationFrame((next) => this.#draw(next))
  }

  stop(): void {
    cancelAnimationFrame(this.#frame)
  }
}

const useWidth = () => {
  const room = useRef<HTMLDivElement>(null)
  const width = useSignal(0)
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) width.value = Math.floor(entry.contentRect.width)
    })
    if (room.current !== null) observer.observe(room.current)
    return () => observer.disconnect()
  }, [])
  return { room, width }
}

const KEY = [
  ["buy", "buy order"],
  ["sell", "sell order"],
  ["buy round", "recovery, going round below"],
  ["pending", "outlined: not at the exchange yet"]
] as const

/** The floor, with its alarms. */
export const Factory = () => {
  const { room, width } = useWidth()
  const below = useRef<HTMLCanvasElement>(null)
  const above = useRef<HTMLCanvasElement>(null)
  const floor = useRef<Floor | null>(null)
  const zoom = useComputed(() => zoomOf(report.value?.slots.length ?? 0, width.value))
  const scene = useComputed(() => {
    const shown = report.value
    return shown === null || width.value === 0 ? null : sceneOf(shown, Math.floor(width.value / zoom.value))
  })
  useEffect(() => {
    if (below.current === null || above.current === null) return
    const made = new Floor(below.current, above.current)
    floor.current = made
    return () => made.stop()
  }, [])
  const now = scene.value
  // A lost connection stands still: what is on the floor is the last that was heard.
  const moving = now !== null && now.moving && past.value === null && known.value.link === "open"
  useEffect(() => {
    if (now !== null) floor.current?.show({ ...now, moving }, zoom.value)
  }, [now, moving, isDark.value])
  return (
    <section class="factory" aria-label="Factory">
      {now === null || now.alarms.length === 0 ? null : (
        <ul class="alarms" aria-label="Alarms">
          {now.alarms.map(({ tone, text }) => (
            <li key={text} class={tone}>
              {text}
            </li>
          ))}
        </ul>
      )}
      <div
        ref={room}
        class="floor"
        role="img"
        aria-label={`A factory floor of ${now?.machines.length ?? 0} machines, one for each slot; the Slots view says the same in words`}
        onClick={(event) => {
          const { left, top } = event.currentTarget.getBoundingClientRect()
          const machine =
            now === null
              ? null
              : machineAt(now, (event.clientX - left) / zoom.value, (event.clientY - top) / zoom.value)
          if (machine !== null) go("slots", machine.slot)
        }}
      >
        <canvas ref={below} />
        <canvas ref={above} />
      </div>
      {now?.machines.length === 0 ? <Empty>No machine stands here yet: there are no slots.</Empty> : null}
      <ul class="legend" aria-label="What is what">
        {KEY.map(([ink, text]) => (
          <li key={text}>
            <i class={`crate ${ink}`} aria-hidden="true" />
            {text}
          </li>
        ))}
        <li>the nearer to its machine, the nearer to the market</li>
        <li>
          <a href={hrefOf("slots")}>the same in words</a>
        </li>
      </ul>
    </section>
  )
}
