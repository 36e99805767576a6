/** The journal's floors, written by hand: the bare NATS client, and the bare disk. */
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { zstdDecompressSync } from "node:zlib"
import { AckPolicy, DeliverPolicy, jetstreamManager } from "@nats-io/jetstream"
import { createInbox, type MsgHdrs, type NatsConnection, nanos } from "@nats-io/nats-core"
import { SEGMENT_HEADER_BYTES } from "../../shared/journal/embedded/directory/frame.ts"
import { packedPathOf, segmentsDirectory } from "../../shared/journal/embedded/directory/layout.ts"
import { decodeSeekTable, FOOTER_BYTES, seekTableBytes } from "../../shared/journal/embedded/packing/seekTable.ts"
import type { JournalEntry } from "../../shared/journal/port.ts"

/** As many publishes without an answer as the journal's own window. */
const windowSize = 1_024

const encoder = new TextEncoder()

/** Header bytes as fast as they can be made; the client only calls `encode`. */
const headersOf = (id: string): MsgHdrs => {
  const bytes = encoder.encode(`NATS/1.0\r\nNats-Msg-Id: ${id}\r\n\r\n`)
  return { encode: () => bytes } as unknown as MsgHdrs
}

/** Publishes all, counting acknowledgements on one inbox without looking at them: no checks, no retries, no results. */
export const publishCounting = (connection: NatsConnection, entries: ReadonlyArray<JournalEntry>): Promise<void> =>
  new Promise((resolve, reject) => {
    const inbox = createInbox()
    let sent = 0
    let acknowledged = 0
    const send = () => {
      for (; sent < entries.length && sent - acknowledged < windowSize; sent++) {
        const entry = entries[sent]
        if (entry !== undefined)
          connection.publish(entry.subject, entry.data, { reply: inbox, headers: headersOf(entry.id) })
      }
    }
    const subscription = connection.subscribe(inbox, {
      callback: (error) => {
        if (error !== null) return reject(error)
        acknowledged += 1
        if (acknowledged === entries.length) {
          subscription.unsubscribe()
          resolve()
        } else if (sent - acknowledged <= windowSize / 2) send()
      }
    })
    send()
  })

/** Reads `count` messages from the beginning with one pull request, handing over the bytes as they come. */
export const pullAll = async (
  connection: NatsConnection,
  stream: string,
  count: number,
  use: (data: Uint8Array) => void
): Promise<void> => {
  const manager = await jetstreamManager(connection, { checkAPI: false })
  const consumer = await manager.consumers.add(stream, {
    deliver_policy: DeliverPolicy.All,
    ack_policy: AckPolicy.None,
    mem_storage: true
  })
  await new Promise<void>((resolve, reject) => {
    const inbox = createInbox()
    let seen = 0
    const subscription = connection.subscribe(inbox, {
      callback: (error, message) => {
        if (error !== null) return reject(error)
        use(message.data)
        seen += 1
        if (seen < count) return
        subscription.unsubscribe()
        resolve()
      }
    })
    const request = JSON.stringify({ batch: count, expires: nanos(10_000) })
    connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer.name}`, request, { reply: inbox })
  })
  await manager.consumers.delete(stream, consumer.name)
}

/** Writes blocks one after the other, each followed by `fdatasync`. */
export const writeSynced = (path: string, block: Uint8Array, blocks: number): void => {
  const descriptor = openSync(path, "a")
  try {
    for (let written = 0; written < blocks; written++) {
      writeSync(descriptor, block)
      fdatasyncSync(descriptor)
    }
  } finally {
    closeSync(descriptor)
  }
}

/** The bytes of a segment: as they stand, or unpacked block by block. */
const segmentBytes = async (path: string): Promise<Buffer> => {
  const bytes = await readFile(path)
  if (bytes.length > SEGMENT_HEADER_BYTES) return bytes
  const packed = await readFile(packedPathOf(path))
  const tableBytes = seekTableBytes(packed.subarray(-FOOTER_BYTES), packed.length) ?? 0
  const { blocks = [] } = decodeSeekTable(packed.subarray(-tableBytes), packed.length) ?? {}
  return Buffer.concat(
    blocks.map(({ packedOffset, packedLength, length }) =>
      zstdDecompressSync(packed.subarray(packedOffset, packedOffset + packedLength), { chunkSize: length })
    )
  )
}

/** Reads a directory's segments file by file, handing over each record's data as its frame says where it stands; checks nothing. */
export const readFrames = async (directory: string, use: (data: Uint8Array) => void): Promise<void> => {
  const place = segmentsDirectory(directory)
  const segments = (await readdir(place)).filter((name) => name.endsWith(".log")).sort()
  for (const segment of segments) {
    const bytes = await segmentBytes(join(place, segment))
    // The frame's layout: shared/journal/embedded/directory/frame.ts.
    for (let at = 24; at < bytes.length;) {
      const end = at + 8 + bytes.readUInt32LE(at)
      use(bytes.subarray(at + 32 + (bytes[at + 30] ?? 0) + (bytes[at + 31] ?? 0), end))
      at = end
    }
  }
}
