/** What every process goes by: where it listens, where its data and its journal are, how much it says. */
import { choice, integer, secret, text, url } from "./setting.ts"

const process = "Process"

export const PROCESS_SETTINGS = {
  port: integer("PORT", {
    group: process,
    default: "8080",
    min: 0,
    max: 65_535,
    reason: "Where the page and the API listen. 0 takes any free port."
  }),
  host: text("HOST", {
    group: process,
    default: "127.0.0.1",
    range: "an address of this machine",
    reason: "Loopback, because the status asks for no password. In a container: 0.0.0.0, published to loopback."
  }),
  dataDir: text("DATA_DIR", {
    group: process,
    default: "./data",
    range: "a directory",
    reason: "Where the embedded journal, its snapshots and the simulated exchange keep their files."
  }),
  natsUrl: url("NATS_URL", {
    group: process,
    default: "",
    schemes: ["nats", "tls"],
    reason: "Set: the journal is NATS JetStream at this address. Empty: the embedded journal in DATA_DIR."
  }),
  natsUser: text("NATS_USER", { group: process, default: "", reason: "The service's own NATS user. Empty: none." }),
  natsPassword: secret("NATS_PASSWORD", { group: process, default: "", reason: "Its password." }),
  healthFile: text("HEALTH_FILE", {
    group: process,
    default: "",
    range: "a file",
    reason:
      "Its time runs ahead of the clock while the process is well: for health checks that start no program. Empty: none."
  }),
  logLevel: choice("LOG_LEVEL", {
    group: process,
    default: "info",
    of: ["debug", "info", "warning", "error"],
    reason: "What is written to the log (standard error)."
  })
} as const
