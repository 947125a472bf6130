/** Errors of the config area. */
export const configErrors = {} as const
