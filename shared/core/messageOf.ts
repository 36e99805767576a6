/** What a thrown thing says: an Error's message, else itself as text. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown))
