/** Unproven, from anyone: more than an administrator would look through at once, and at most 16 KiB each. */
export const keptPending = 100

/** Settled ones are history; those of strangers run out and would gather without end. */
export const keptSettled = 500
