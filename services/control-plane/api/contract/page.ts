/** The contract as a page: no script, nothing from elsewhere. Pure. */
import type { OpenApi, OpenApiOperation } from "./openapi.ts"

const escaped = (text: unknown): string =>
  String(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll(/`([^`]*)`/g, "<code>$1</code>")

const parametersOf = ({ parameters = [] }: OpenApiOperation): string => {
  if (parameters.length === 0) return ""
  const rows = parameters.map(({ name, in: where, description, schema }) => {
    const shape = schema as Readonly<Record<string, number | string | undefined>>
    const parts = [
      ["", shape["type"]],
      ["from", shape["minimum"]],
      ["to", shape["maximum"]],
      ["default", shape["default"]]
    ] as const
    const accepted = parts.flatMap(([word, value]) => (value === undefined ? [] : [`${word} ${value}`.trim()]))
    return `<tr><td><code>${escaped(name)}</code></td><td>${escaped(where)}</td><td>${escaped(accepted.join(" "))}</td><td>${escaped(description)}</td></tr>`
  })
  return `<table><thead><tr><th>parameter</th><th>in</th><th>accepted</th><th>what</th></tr></thead><tbody>${rows.join("")}</tbody></table>`
}

/** A schema's name, with a way to it; a schema without one as it is. */
const schemaOf = (content: unknown): string => {
  const [entry] = Object.entries(
    (content ?? {}) as Readonly<Record<string, { readonly schema?: { readonly $ref?: string } }>>
  )
  if (entry === undefined) return ""
  const [type, { schema }] = entry
  const name = schema?.$ref?.split("/").at(-1)
  return `${escaped(type)}${name === undefined ? "" : ` <a href="#${escaped(name)}">${escaped(name)}</a>`}`
}

const operationOf = (path: string, method: string, operation: OpenApiOperation): string => {
  const answers = Object.entries(operation.responses).map(
    ([status, { description, content }]) =>
      `<tr><td>${escaped(status)}</td><td>${schemaOf(content)}</td><td>${escaped(description)}</td></tr>`
  )
  return [
    `<section><h2><span>${method.toUpperCase()}</span> <code>${escaped(path)}</code></h2><p>${escaped(operation.summary)}</p>`,
    parametersOf(operation),
    `<table><thead><tr><th>answer</th><th>body</th><th>when</th></tr></thead><tbody>${answers.join("")}</tbody></table></section>`
  ].join("")
}

/** The page; its style stands at `/docs.css`. */
export const docsPage = ({ info, paths, components }: OpenApi): string =>
  [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>${escaped(info.title)}: API</title><link rel="stylesheet" href="/docs.css"></head><body><main>`,
    `<h1>${escaped(info.title)} ${escaped(info.version)}</h1><p>${escaped(info.description)}</p>`,
    '<p>For machines: <a href="/openapi.json">openapi.json</a>.</p>',
    ...Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => operationOf(path, method, operation))
    ),
    "<h1>Schemas</h1>",
    ...Object.entries(components.schemas).map(
      ([name, schema]) =>
        `<details id="${escaped(name)}"><summary>${escaped(name)}</summary><pre>${escaped(JSON.stringify(schema, null, 2)).replaceAll(/<\/?code>/g, "`")}</pre></details>`
    ),
    "</main></body></html>"
  ].join("\n")

/** Its style. */
export const DOCS_STYLE = `:root { color-scheme: light dark }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 1rem }
h2 { margin: 2rem 0 0; font-size: 1.1rem; overflow-wrap: anywhere }
h2 span { font-size: .8rem; letter-spacing: .05em }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; overflow-wrap: anywhere }
pre { overflow-x: auto; font-size: .8rem }
`
