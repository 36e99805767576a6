#!/usr/bin/env node
// The way in for every Node. Old enough for any of them to read, it says in one sentence what is missing where the rest cannot run.
const NEEDED = 24
const running = process.versions.node

/** @param {string} sentence */
const say = (sentence) => {
  console.error(`kennel: ${sentence}`)
  process.exitCode = 1
}

/**
 * What the engine has made of the modules is kept for the next start: a third of a start's work, and only of what is read after this.
 * In the user's own cache, where nobody else may put something; where there is none to write to, a start does without.
 */
const keepCompiled = async () => {
  const [{ enableCompileCache }, { homedir }, { join }] = await Promise.all([
    import("node:module"),
    import("node:os"),
    import("node:path")
  ])
  enableCompileCache(join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "kennel"))
}

/** Help of everything and the version need nothing of what the commands need. */
const start = async () => {
  const { quickAnswer } = await import("./help/quick.ts")
  const answer = quickAnswer(process.argv.slice(2))
  if (answer === null) await import("./main.ts")
  else console.log(answer)
  // Nothing was asked for: as for any other usage that is none.
  if (process.argv.length === 2) process.exitCode = 1
}

if (Number(running.split(".")[0]) < NEEDED) {
  say(
    `this is Node ${running}, and Kennel needs ${NEEDED} or newer: npm ci brings one along, and npm start and npm run -s kennel use it`
  )
} else {
  keepCompiled()
    .then(start)
    .catch((error) => {
      if (error.code !== "ERR_MODULE_NOT_FOUND") throw error
      say(`a package is not installed (${error.message.split("\n")[0]}): run npm ci first`)
    })
}
