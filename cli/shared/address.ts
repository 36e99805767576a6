/** Where a running market answers, as its settings say. */
import type { Settings } from "../../app/settings.ts"

/** The control plane's address, reached from this machine. */
export const urlOf = ({ host, port }: Pick<Settings, "host" | "port">): string => {
  const here = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host
  return `http://${here.includes(":") ? `[${here}]` : here}:${port}/`
}
