import { expect, it } from "vitest"
import { makeDuplicateWindow, MAX_REMEMBERED_IDS } from "./duplicateWindow.ts"

const windowMs = 1_000

it("remembers an id for the window and not a millisecond longer, also across its generations", () => {
  const window = makeDuplicateWindow(windowMs)
  window.remember("a", 1, 0)
  window.remember("b", 2, 900)
  window.remember("c", 3, 1_100)
  expect(window.find("a", 999)).toBe(1)
  expect(window.find("a", 1_000)).toBeNull()
  expect(window.find("b", 1_899)).toBe(2)
  expect(window.find("b", 1_900)).toBeNull()
  expect(window.find("c", 2_000)).toBe(3)
})

it("remembers at least half of its bound in a flood", () => {
  const window = makeDuplicateWindow(windowMs)
  for (let seq = 1; seq <= MAX_REMEMBERED_IDS + 10; seq++) window.remember(`id-${seq}`, seq, 0)
  expect(window.find(`id-${MAX_REMEMBERED_IDS / 2 + 11}`, 0)).toBe(MAX_REMEMBERED_IDS / 2 + 11)
  expect(window.find("id-1", 0)).toBeNull()
})
