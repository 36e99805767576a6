/** The contract as OpenAPI 3.1: made from the very schemas that payloads are typed by. Pure. */
import { Schema } from "effect"
import type { Param } from "../params.ts"
import type { Operation } from "./contract.ts"

type Json = Readonly<Record<string, unknown>>

/** The document. */
export interface OpenApi {
  readonly openapi: "3.1.0"
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>
  readonly components: { readonly schemas: Json; readonly securitySchemes: Json }
}

/** One operation of it. */
export interface OpenApiOperation {
  readonly summary: string
  readonly parameters?: ReadonlyArray<Json>
  readonly requestBody?: Json
  readonly security?: ReadonlyArray<Json>
  readonly responses: Readonly<Record<string, Json>>
}

/** JSON Schema keeps its definitions elsewhere than OpenAPI. */
const moved = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as unknown

/** Makes schemas and gathers what they refer to. */
const gathering = () => {
  const schemas: Record<string, unknown> = {}
  const of = (schema: Schema.Top): unknown => {
    const { schema: root, definitions } = Schema.toJsonSchemaDocument(schema)
    for (const [name, definition] of Object.entries(definitions)) schemas[name] = moved(definition)
    return moved(root)
  }
  return { schemas, of }
}

const parameterOf = (path: string, [name, { about, shape }]: readonly [string, Param<unknown>]): Json => {
  const inPath = path.includes(`{${name}}`)
  return { name, in: inPath ? "path" : "query", required: inPath, description: about, schema: shape }
}

const ABOUT =
  "Times are Unix seconds of the exchange's clock, prices, volumes and amounts exact decimal text; what is not known is null. " +
  "Every route also answers 403 to other sites' pages, 405 to another method, 421 to a host that it does not have, and 404 where there " +
  "is nothing: problem details (RFC 9457)."

/** The document of these operations. */
export const openApiOf = (operations: ReadonlyArray<Operation>, version: string): OpenApi => {
  const { schemas, of } = gathering()
  const paths: Record<string, Record<string, OpenApiOperation>> = {}
  for (const { method, path, summary, params, body, answers } of operations) {
    const parameters = Object.entries(params).map((param) => parameterOf(path, param))
    const responses = Object.entries(answers).map(([status, { about, type, schema }]) => {
      const content = type === null ? {} : { content: { [type]: schema === null ? {} : { schema: of(schema) } } }
      return [status, { description: about, ...content }] as const
    })
    const own = paths[path] ?? {}
    paths[path] = own
    own[method] = {
      summary,
      ...(parameters.length === 0 ? {} : { parameters }),
      ...(body === null
        ? {}
        : {
            requestBody: { required: true, content: { "application/json": { schema: of(body) } } },
            security: [{ token: [] }]
          }),
      responses: Object.fromEntries(responses)
    }
  }
  return {
    openapi: "3.1.0",
    info: { title: "Kennel", version, description: ABOUT },
    paths,
    components: { schemas, securitySchemes: { token: { type: "http", scheme: "bearer" } } }
  }
}
