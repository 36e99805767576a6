/** Views of which a test fills in what it looks at. */

/** The fields a test gives, at any depth. */
export type Part<T> =
  T extends ReadonlyArray<infer Item>
    ? ReadonlyArray<Part<Item>>
    : T extends object
      ? { readonly [K in keyof T]?: Part<T[K]> }
      : T

/** A view with these fields; what a test leaves out is not there, and must not be asked for. */
export const partly = <View>(fields: Part<View>): View => fields as View
