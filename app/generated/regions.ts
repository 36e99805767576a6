/** Text that is made, inside files that people write: everything between a region's two marks. Pure. */

/** `# generated: users` … `# end: users`, or the same as a comment of Markdown; the marks' own indentation stays. */
const marks = (name: string): RegExp =>
  new RegExp(String.raw`^([ ]*(?:#|<!--) generated: ${name}\b[^\n]*\n)[\s\S]*?^([ ]*(?:#|<!--) end: ${name}\b)`, "m")

/** The file with each region's text made anew. Throws when the file lacks one. */
export const withRegions = (file: string, regions: Readonly<Record<string, string>>): string =>
  Object.entries(regions).reduce((text, [name, made]) => {
    if (!marks(name).test(text)) throw new Error(`there is no region "${name}"`)
    return text.replace(marks(name), (_all, begin: string, end: string) => `${begin}${made.trimEnd()}\n${end}`)
  }, file)
