/** What hosts, addresses, pairs and paths look like, whether or not there is anything behind them. Each throws an Error that completes "PORT=abc: …". Pure. */

/** Linux' PATH_MAX with its closing zero, and the longest name in a directory. */
const MAX_PATH_BYTES = 4_095
const MAX_NAME_BYTES = 255
/** DNS: RFC 1035, 2.3.4. */
const MAX_HOST = 253

const bytesOf = (text: string): number => new TextEncoder().encode(text).length

/** Characters that no terminal, header or file name shows. */
export const withoutControlCharacters = (text: string): string => {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text)) {
    throw new Error("holds a control character, such as a line break; write it on one line")
  }
  return text
}

/** An IP address or a host name, without scheme and port. */
export const hostText = (text: string): string => {
  if (text === "" || text.length > MAX_HOST) throw new Error(`is no host: it has 1 to ${MAX_HOST} characters`)
  if (text.includes("://") || text.includes("/")) throw new Error("is no host: leave out the scheme and what follows")
  if (text.includes(":")) {
    // An address may name its interface: fe80::1%eth0.
    if (URL.canParse(`http://[${text.replace(/%\w+$/, "")}]/`)) return text
    throw new Error("is no IP address; a port is a setting of its own")
  }
  const labels = text.split(".")
  // Digits alone at the end are an IPv4 address, or nothing (WHATWG URL, "ends in a number").
  if (/^\d+$/.test(labels.at(-1) ?? "")) {
    if (labels.length === 4 && URL.canParse(`http://${text}/`) && new URL(`http://${text}/`).hostname === text)
      return text
    throw new Error("is no IPv4 address such as 127.0.0.1")
  }
  if (!labels.every((label) => /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$/.test(label))) {
    throw new Error("is no host name such as localhost, and no IP address")
  }
  return text
}

/** An absolute URL with one of these schemes that further paths can be put behind. */
export const urlText = (text: string, schemes: ReadonlyArray<string>): string => {
  const starts = schemes.map((scheme) => `${scheme}://`).join(" or ")
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1]
  if (scheme === undefined || !schemes.includes(scheme)) throw new Error(`is not a URL starting with ${starts}`)
  if (/\s/.test(text)) throw new Error("holds a space")
  // It would be shown wherever the address is.
  if (text.includes("@")) throw new Error("holds a user or password; set them apart")
  if (/[?#]/.test(text)) throw new Error("holds a ? or #; give the address alone")
  const port = Number(/^[^/]*:\/\/(?:\[[^\]]*\]|[^/:]*):(\d+)/.exec(text)?.[1] ?? 1)
  if (port < 1 || port > 65_535) throw new Error("has a port outside 1 to 65535")
  // Schemes of the web's own are held to its rules by the parser, others are not.
  const asWeb = text.replace(/^[^:]*/, "http")
  if (!URL.canParse(asWeb)) throw new Error(`is not a URL: write ${starts}host, or ${starts}host:port`)
  return text
}

/** The pair as Kraken's REST names it: part of subjects and of stream names. */
export const pairText = (text: string): string => {
  if (/^[A-Z0-9]{4,24}$/.test(text)) return text
  const meant = text.toUpperCase().replaceAll(/[^A-Z0-9]/g, "")
  throw new Error(
    `is no pair: 4 to 24 capitals and digits${/^[A-Z0-9]{4,24}$/.test(meant) ? `, such as ${meant}` : ""}`
  )
}

/** The pair as Kraken's WebSocket names it. */
export const symbolText = (text: string): string => {
  const shape = /^[A-Z0-9]{1,16}\/[A-Z0-9]{1,16}$/
  if (shape.test(text)) return text
  const meant = text.toUpperCase()
  throw new Error(
    `is no symbol: two names in capitals with a slash between${shape.test(meant) ? `, such as ${meant}` : ""}`
  )
}

/** A path that some file system could have. */
export const pathText = (text: string): string => {
  if (bytesOf(text) > MAX_PATH_BYTES) throw new Error(`is longer than a path can be (${MAX_PATH_BYTES} bytes)`)
  const long = text.split(/[/\\]/).find((name) => bytesOf(name) > MAX_NAME_BYTES)
  if (long !== undefined) throw new Error(`holds a name of more than ${MAX_NAME_BYTES} bytes`)
  return text
}
