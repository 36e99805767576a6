import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["{services,shared,cli,tests,bench}/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000
  }
})
