/** What every process goes by: where it listens, where its data and its journal are, how much it says. */
import { SettingGroup } from "./setting.ts"

const process = new SettingGroup("Process")

export const PROCESS_SETTINGS = {
  port: process.integer("PORT", {
    default: "8080",
    within: [0, 65_535],
    reason: "Where the page and the API listen. 0 takes any free port."
  }),
  host: process.text("HOST", {
    default: "127.0.0.1",
    range: "an address of this machine",
    reason: "Loopback, because the status asks for no password. In a container: 0.0.0.0, published to loopback."
  }),
  dataDir: process.text("DATA_DIR", {
    default: "./data",
    range: "a directory",
    reason: "Where the embedded journal, its snapshots and the simulated exchange keep their files."
  }),
  archiveDir: process.text("ARCHIVE_DIR", {
    default: "",
    reason:
      "Where archived eras of the journal stand as files (kennel journal archive). Empty: archive in DATA_DIR. Readers take archive and journal as one."
  }),
  natsUrl: process.url("NATS_URL", {
    default: "",
    schemes: ["nats", "tls"],
    reason: "Set: the journal is NATS JetStream at this address. Empty: the embedded journal in DATA_DIR."
  }),
  natsUser: process.text("NATS_USER", { default: "", reason: "The service's own NATS user. Empty: none." }),
  natsPassword: process.secret("NATS_PASSWORD", { default: "", reason: "Its password." }),
  healthFile: process.text("HEALTH_FILE", {
    default: "",
    range: "a file",
    reason:
      "Its time runs ahead of the clock while the process is well: for health checks that start no program. Empty: none."
  }),
  logLevel: process.choice("LOG_LEVEL", {
    default: "info",
    of: ["debug", "info", "warning", "error"],
    reason: "What is written to the log (standard error)."
  })
} as const
