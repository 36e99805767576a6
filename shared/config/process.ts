/** What every process goes by: where it listens, where its data and its journal are, how much it says. */
import { SettingGroup } from "./setting.ts"

const process = new SettingGroup("Process")

export const PROCESS_SETTINGS = {
  port: process.integer("PORT", {
    default: "8080",
    within: [0, 65_535],
    reason: "Where the page and the API listen. 0 takes any free port."
  }),
  host: process.host("HOST", {
    default: "127.0.0.1",
    reason: "Loopback, because the status asks for no password. In a container: 0.0.0.0, published to loopback."
  }),
  dataDir: process.path("DATA_DIR", {
    default: "./data",
    use: "data",
    reason: "Where the embedded journal, its snapshots and the simulated exchange keep their files."
  }),
  archiveDir: process.path("ARCHIVE_DIR", {
    default: "",
    use: "archive",
    reason:
      "Where archived eras of the journal stand as files (kennel journal archive). Empty: archive in DATA_DIR. Readers take archive and journal as one."
  }),
  twin: process.flag("TWIN", {
    default: "false",
    reason:
      "Whether a paper market runs beside this one on its prices (kennel up): a file a day in DATA_DIR/twin says how far paper was off, order by order. It has no exchange to place an order at."
  }),
  natsUrl: process.urls("NATS_URL", {
    default: "",
    schemes: ["nats", "tls"],
    reason:
      "Set: the journal is NATS JetStream at this address, or at these of one cluster. Empty: the embedded journal in DATA_DIR. tls:// insists on TLS."
  }),
  natsReplicas: process.choice("NATS_REPLICAS", {
    default: "auto",
    of: ["auto", 1, 3, 5],
    reason:
      "On how many servers a new journal and its snapshots are kept. auto: 3 on a cluster of three and more (nats-server 2.11 and later), else 1. What is there already is not changed."
  }),
  natsUser: process.text("NATS_USER", { default: "", reason: "The service's own NATS user. Empty: none." }),
  natsPassword: process.secret("NATS_PASSWORD", { default: "", reason: "Its password." }),
  natsCredsFile: process.path("NATS_CREDS_FILE", {
    default: "",
    use: "input",
    reason: "Credentials (a JWT and its seed, as nsc makes them), in place of a user. Empty: none."
  }),
  natsNkeySeedFile: process.path("NATS_NKEY_SEED_FILE", {
    default: "",
    use: "input",
    reason: "The seed of the service's nkey, in place of a user. Empty: none."
  }),
  natsTlsCaFile: process.path("NATS_TLS_CA_FILE", {
    default: "",
    use: "input",
    reason: "Who vouches for the NATS servers (PEM). Empty: the authorities that Node knows."
  }),
  natsTlsCertFile: process.path("NATS_TLS_CERT_FILE", {
    default: "",
    use: "input",
    reason: "The service's own certificate (PEM), where the servers ask for one. Empty: none."
  }),
  natsTlsKeyFile: process.path("NATS_TLS_KEY_FILE", { default: "", use: "input", reason: "Its key (PEM)." }),
  journalKeys: process.secret("JOURNAL_KEYS", {
    default: "",
    reason:
      "Keys that mark records and check marks: service=number:64 hexadecimal digits, one after the other with a semicolon. Empty: the embedded journal makes its own, journal.keys in DATA_DIR; on NATS records bear no marks."
  }),
  healthFile: process.path("HEALTH_FILE", {
    default: "",
    use: "output",
    reason:
      "Its time runs ahead of the clock while the process is well: for health checks that start no program. Empty: none."
  }),
  logLevel: process.choice("LOG_LEVEL", {
    default: "info",
    of: ["debug", "info", "warning", "error"],
    reason: "What is written to the log (standard error)."
  })
} as const
