import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["{app,services,shared,cli,conformance,tests,bench}/**/*.test.ts"],
    // Every test file gets a process of its own: many start servers, kill children or change process-wide state.
    pool: "forks",
    // Two files at a time suit two cores, and keep the number of servers and browsers at once small on larger machines.
    maxWorkers: 2,
    // A test that waits longer than this is stuck: the slowest few (kill rounds, browser) need about ten seconds.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A child that outlives its test must not hold up the run.
    teardownTimeout: 10_000,
    slowTestThreshold: 2_000
  }
})
