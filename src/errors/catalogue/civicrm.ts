/** Errors of the civicrm area. */
export const civicrmErrors = {} as const
