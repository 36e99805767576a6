import { defineConfig } from "vitest/config"

const FILES = "{app,services,shared,cli,conformance,tests,bench}/**/*"
/** Needs an engine, and the machine to itself. */
const CONTAINERS = "tests/deployment/compose.e2e.test.ts"

export default defineConfig({
  test: {
    pool: "forks",
    // Two files at a time suit two cores, and keep the number of servers and browsers at once small on larger machines.
    maxWorkers: 2,
    // A test that waits longer than this is stuck: the slowest few (kill rounds, browser, levels of two days) need some ten seconds,
    // and several times that beside other work.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A child that outlives its test must not hold up the run.
    teardownTimeout: 10_000,
    slowTestThreshold: 2_000,
    projects: [
      {
        extends: true,
        // What only computes shares its process, and what is loaded with it: half of what such files cost is loading.
        test: { name: "unit", include: [`${FILES}.unit.test.ts`], isolate: false }
      },
      {
        extends: true,
        // Each of these gets a process of its own: many start servers, kill children or change process-wide state.
        test: { name: "whole", include: [`${FILES}.test.ts`], exclude: [`${FILES}.unit.test.ts`, CONTAINERS] }
      },
      { extends: true, test: { name: "containers", include: [CONTAINERS] } }
    ]
  }
})
