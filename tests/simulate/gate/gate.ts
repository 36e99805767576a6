/** placeholder */
export const gate = async (_: object): Promise<boolean> => true
