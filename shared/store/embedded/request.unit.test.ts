/** What the embedded database does not serve is refused loudly, never answered wrong. */
import { describe, expect, it } from "@effect/vitest"
import { readRequest } from "./request.ts"
import { Refusal } from "./refusal.ts"

const read = (method: string, path: string, headers: Record<string, string> = {}, body = "") =>
  readRequest(method, new URL(`http://store.invalid${path}`), new Headers(headers), body)

const merge = { prefer: "resolution=merge-duplicates" }
const upsertPath = "/rest/v1/symbols?on_conflict=symbol&columns=symbol"

describe("requests outside the subset", () => {
  it.each([
    ["HEAD", "/rest/v1/fills", {}, "", "HEAD"],
    ["PATCH", "/rest/v1/fills?time=eq.1", {}, "{}", "PATCH"],
    ["PUT", "/rest/v1/fills", {}, "{}", "PUT"],
    ["GET", "/rest/v1/fills?or=(a.eq.1,b.eq.2)", {}, "", "or"],
    ["GET", "/rest/v1/fills?time=in.(1,2)", {}, "", "time=in.(1,2)"],
    ["GET", "/rest/v1/fills?time=not.eq.1", {}, "", "time=not.eq.1"],
    ["GET", "/rest/v1/fills?time=1", {}, "", "time=1"],
    ["GET", "/rest/v1/fills?select=time,slots(name)", {}, "", "slots(name)"],
    ["GET", "/rest/v1/fills?select=at:time", {}, "", "at:time"],
    ["GET", "/rest/v1/fills?select=time::int8", {}, "", "select=time::int8"],
    ["GET", "/rest/v1/fills?select=data->a", {}, "", "data->a"],
    ["GET", "/rest/v1/fills?order=time.desc.nullslast", {}, "", "order=time.desc.nullslast"],
    ["GET", "/rest/v1/fills?limit=-1", {}, "", "limit=-1"],
    ["GET", '/rest/v1/fills?ti"me=eq.1', {}, "", 'ti"me'],
    ["GET", "/rest/v1/a/b", {}, "", "a/b"],
    ["GET", "/elsewhere/fills", {}, "", '""'],
    ["GET", "/rest/v1/fills", { accept: "text/csv" }, "", "text/csv"],
    ["GET", "/rest/v1/fills", { accept: "application/vnd.pgrst.object+json" }, "", "object"],
    ["GET", "/rest/v1/fills", { "accept-profile": "private" }, "", "private"],
    ["GET", "/rest/v1/fills", { prefer: "count=exact" }, "", "count=exact"],
    ["GET", "/rest/v1/fills", { range: "0-9" }, "", "Range"],
    ["POST", upsertPath, {}, "[]", "no upsert"],
    ["POST", upsertPath, { prefer: "resolution=ignore-duplicates" }, "[]", "ignore-duplicates"],
    ["POST", "/rest/v1/symbols?columns=symbol", merge, "[]", "on_conflict"],
    ["POST", "/rest/v1/symbols?on_conflict=symbol", merge, "[]", "columns"],
    ["POST", `${upsertPath}&select=symbol`, merge, "[]", "select"],
    ["POST", upsertPath, merge, "{}", "array"],
    ["POST", "/rest/v1/rpc/job_counts?phase=eq.error", {}, "{}", "filters"],
    ["POST", "/rest/v1/rpc/job_counts", {}, "[]", "no object"],
    ["GET", "/rest/v1/rpc/job_counts", {}, "", "GET of a function"],
    ["DELETE", "/rest/v1/fills", {}, "", "whole table"],
    ["DELETE", "/rest/v1/fills?time=eq.1", { prefer: "return=representation" }, "", "return=representation"]
  ] as const)("%s %s %j is answered 501 and says what is not served", (method, path, headers, body, named) => {
    try {
      read(method, path, headers, body)
    } catch (error) {
      if (!(error instanceof Refusal)) return expect.fail(`not refused: ${String(error)}`)
      expect(error.status).toBe(501)
      expect(error.message).toContain(named)
      return
    }
    expect.fail("it was read")
  })
})

describe("requests inside the subset", () => {
  it("a read says which columns, rows and how many of them, never more than a page", () => {
    expect(
      read(
        "GET",
        "/rest/v1/fills?select=time,price::text&market=eq.a%2Cb.c&time=gte.5&order=time.desc,market&limit=5000"
      )
    ).toStrictEqual({
      kind: "read",
      table: "fills",
      select: [
        { column: "time", asText: false },
        { column: "price", asText: true }
      ],
      filters: [
        { column: "market", operator: "=", value: "a,b.c" },
        { column: "time", operator: ">=", value: "5" }
      ],
      order: [
        { column: "time", descending: true },
        { column: "market", descending: false }
      ],
      limit: 1_000,
      offset: 0
    })
  })
})
