/** The contract on the server. */
import type { Express } from "express"
import { BUILD_VERSION } from "../build.ts"
import type { AnyRoute } from "../route.ts"
import { DOCS_PATH, OPENAPI_PATH, operationsOf } from "./contract.ts"
import { openApiOf } from "./openapi.ts"
import { DOCS_STYLE, docsPage } from "./page.ts"

/** Adds document and page: made when somebody first asks, and once. */
export const serveContract = (app: Express, routes: ReadonlyArray<AnyRoute<never>>): void => {
  let made: { readonly json: string; readonly page: string } | null = null
  const contract = () => {
    if (made !== null) return made
    const document = openApiOf(operationsOf(routes), BUILD_VERSION)
    made = { json: JSON.stringify(document), page: docsPage(document) }
    return made
  }
  const answer = (path: string, type: string, text: () => string): void => {
    app.get(path, (_request, response) => {
      response.set("Cache-Control", "no-cache").type(type).send(text())
    })
  }
  answer(OPENAPI_PATH, "application/json", () => contract().json)
  answer(DOCS_PATH, "text/html; charset=utf-8", () => contract().page)
  answer("/docs.css", "text/css; charset=utf-8", () => DOCS_STYLE)
}
