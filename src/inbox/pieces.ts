/** Notifications looked at or changed in one go, where it may be about a million: some milliseconds of work. */
export const idsPerPiece = 1000
