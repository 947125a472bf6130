/** Errors of the settings area. */
export const settingsErrors = {} as const
