/** Signing of private calls. Pure: the same inputs give the same signature and nonce. */
import { createHash, createHmac } from "node:crypto"

/**
 * The `API-Sign` header: base64(HMAC-SHA512(secret, path ‖ SHA-256(nonce ‖ body))). `secret` is base64 as Kraken shows it,
 * `path` starts at `/0/private/`, `body` is the request body exactly as sent and holds the same nonce.
 */
export const sign = (secret: string, path: string, nonce: string, body: string): string =>
  createHmac("sha512", Buffer.from(secret, "base64"))
    .update(path)
    .update(
      createHash("sha256")
        .update(nonce + body)
        .digest()
    )
    .digest("base64")

/**
 * The next nonce: wall microseconds, but always above the last one. Kraken wants it to rise per key for ever; starting
 * at the microsecond keeps it above all that an earlier process can have used, as no call takes less than one.
 */
export const nextNonce = (last: bigint, wallMs: number): bigint => {
  const now = BigInt(Math.floor(wallMs)) * 1_000n
  return now > last ? now : last + 1n
}
