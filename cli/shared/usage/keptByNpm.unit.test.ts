import { describe, expect, it } from "vitest"
import { keptByNpm } from "./keptByNpm.ts"

const start = { npm_lifecycle_event: "start" }

describe("flags behind npm start, without the two dashes", () => {
  it.each([
    // npm start --port=9344
    [{ ...start, npm_config_port: "9344" }, "--port", "npm start -- --port 9344"],
    // npm start --port 9344: npm takes the flag for a switch, and the number for an argument of the script.
    [{ ...start, npm_config_port: "true" }, "--port", "npm start -- --port …"],
    [
      { ...start, npm_config_seed: "7", npm_config_data: "/tmp/k" },
      "--seed and --data",
      "npm start -- --seed 7 --data /tmp/k"
    ]
  ])("%j: says how to write them", (env, names, instead) => {
    expect(keptByNpm(env)).toBe(`npm keeps ${names} for itself unless two dashes stand before: ${instead}`)
  })

  it.each([[start], [{ npm_config_port: "9344" }], [{ npm_lifecycle_event: "kennel", npm_config_port: "9344" }]])(
    "%j: npm has kept nothing of ours",
    (env) => {
      expect(keptByNpm(env)).toBeNull()
    }
  )
})
