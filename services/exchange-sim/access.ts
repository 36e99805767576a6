/** Who may call: key, signature, nonce, the key's call counter, and the tokens of private sockets. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto"
import { refuse, type Refusal } from "./core/engine/desk.ts"
import { type Counter, emptyCounter, spend, TIERS } from "./core/engine/limits.ts"
import type { Exchange } from "./exchange.ts"

/** base64(HMAC-SHA512(base64decode(secret), path ‖ SHA256(nonce ‖ body))): Kraken's `API-Sign`. */
export const signature = (secret: string, path: string, nonce: string, body: string): string =>
  createHmac("sha512", Buffer.from(secret, "base64"))
    .update(path)
    .update(
      createHash("sha256")
        .update(nonce + body)
        .digest()
    )
    .digest("base64")

const same = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** How long a token may wait for its first use, as Kraken says: 15 minutes of simulated time. */
export const TOKEN_LIFE_SEC = 900
/** Tokens are asked for once per connection; older ones are forgotten past this. */
const MAX_TOKENS = 1_000
/** Calls over the limit in a row that lock the key out, and for how long (simulated time). */
const LOCKOUT_AFTER_CALLS = 20
const LOCKOUT_MS = 15 * 60_000
const MAX_NONCE = 2n ** 64n - 1n

/** What a private REST call is checked by: its path, two headers, the nonce of its body, and the body. */
export interface SignedCall {
  readonly path: string
  readonly apiKey: string
  readonly apiSign: string
  readonly nonce: string
  /** Exactly as it came. */
  readonly body: string
}

/**
 * The one key of the exchange: what its calls may do, and the tokens it has been given. Lives in memory only, but for
 * the nonce.
 */
export class Access {
  private readonly exchange: Exchange
  private readonly tokens = new Map<string, number>()
  private issued = 0
  private counter: Counter = emptyCounter
  private overLimit = 0
  private lockedUntilMs = 0

  constructor(exchange: Exchange) {
    this.exchange = exchange
  }

  /** Null when the call may go on; a good signature uses up its nonce whatever happens then. */
  check(call: SignedCall): Refusal | null {
    const { apiKey, apiSecret } = this.exchange.options
    if (!same(call.apiKey, apiKey)) return refuse("EAPI:Invalid key")
    if (!same(call.apiSign, signature(apiSecret, call.path, call.nonce, call.body)))
      return refuse("EAPI:Invalid signature")
    const nonce = /^\d{1,20}$/.test(call.nonce) ? BigInt(call.nonce) : -1n
    const fresh = nonce >= 0n && nonce <= MAX_NONCE && this.exchange.takeNonce(nonce)
    return fresh ? null : refuse("EAPI:Invalid nonce")
  }

  /** Charges the key's counter. */
  charge(points: number, nowMs: number): Refusal | null {
    if (nowMs < this.lockedUntilMs) return refuse("EGeneral:Temporary lockout")
    const counter = spend(this.counter, TIERS[this.exchange.options.tier].calls, points, nowMs)
    if (counter !== null) {
      this.counter = counter
      this.overLimit = 0
      return null
    }
    if (++this.overLimit >= LOCKOUT_AFTER_CALLS) this.lockedUntilMs = nowMs + LOCKOUT_MS
    return refuse("EAPI:Rate limit exceeded")
  }

  /** A token for private sockets; `expires` in seconds. */
  issueToken(nowMs: number): { readonly token: string; readonly expires: number } {
    const token = createHmac("sha256", Buffer.from(this.exchange.options.apiSecret, "base64"))
      .update(`${this.exchange.created.salt}/${nowMs}/${++this.issued}`)
      .digest("base64url")
    this.tokens.set(token, nowMs + TOKEN_LIFE_SEC * 1_000)
    const [oldest] = this.tokens.keys()
    if (this.tokens.size > MAX_TOKENS && oldest !== undefined) this.tokens.delete(oldest)
    return { token, expires: TOKEN_LIFE_SEC }
  }

  /** Whether a socket may begin with this token now; one that has begun stays good for its connection. */
  isToken(token: string, nowMs: number): boolean {
    return nowMs < (this.tokens.get(token) ?? 0)
  }
}
