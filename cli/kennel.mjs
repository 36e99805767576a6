#!/usr/bin/env node
// The way in for every Node. Old enough for any of them to read, it says in one sentence what is missing where the rest cannot run.
const NEEDED = 24
const running = process.versions.node

/** @param {string} sentence */
const say = (sentence) => {
  console.error(`kennel: ${sentence}`)
  process.exitCode = 1
}

if (Number(running.split(".")[0]) < NEEDED) {
  say(
    `this is Node ${running}, and Kennel needs ${NEEDED} or newer: npm ci brings one along, and npm start and npm run -s kennel use it`
  )
} else {
  import("./main.ts").catch((error) => {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error
    say(`a package is not installed (${error.message.split("\n")[0]}): run npm ci first`)
  })
}
