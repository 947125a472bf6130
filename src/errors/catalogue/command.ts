/** Errors of the command area. */
export const commandErrors = {} as const
