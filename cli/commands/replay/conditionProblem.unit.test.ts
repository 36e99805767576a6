import { expect, it } from "vitest"
import { problemOf } from "./conditionProblem.ts"
import { conditionOf } from "./core/until.ts"

it.each([
  ["OrderFiled", "no event is called OrderFiled: did you mean OrderFilled?"],
  ["mode=PAUSE", "no mode is called PAUSE: STARTING, RUNNING, PAUSED, HALTED"],
  ["slot-9.book.halted=null", "there is no actor slot-9: slot-1, governor"],
  ["slot-1.bok.halted=null", "slot-1 has no bok: did you mean book?"],
  ["slot-1.book.halt=null", "slot-1.book has no halt: did you mean halted?"],
  ["slot-1.book.totalProfit>abc", "> compares numbers, and abc is none"],
  ["OrderFilled", null],
  ["mode=PAUSED", null],
  ["slot-1.book.orders.3.volume!=null", null],
  ["slot-1.book.totalProfit>1.5", null]
])("%s: a condition that can never hold, or would hold of nothing, is told what is wrong", (text, problem) => {
  const state = { book: { halted: null, orders: [], totalProfit: 1n } }
  const condition = conditionOf(text)
  expect(condition && problemOf(condition, ["slot-1", "governor"], () => state)).toBe(problem)
})
