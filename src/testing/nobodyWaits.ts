import type { Asker } from '../control/operation.ts'

/** Asks for operations in tests that are not about how long they take. */
export const nobodyWaits: Asker = { signal: new AbortController().signal, progress: () => undefined }
