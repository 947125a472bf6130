/**
 * Named places between two durable steps. Tests and chaos runs end the process (or this lane) there; the
 * gateway itself passes through them.
 *
 * - `claimed`: notifications are claimed, nothing is stored about them
 * - `planned`: decisions and intended effects are stored
 * - `begun`: the intent to call is stored, the call has not left
 * - `called`: the call is on its way, its answer has not come
 * - `answered`: the CRM has answered, the ledger does not know it
 * - `settled`: the ledger knows, the inbox does not
 * - `finished`: all is stored
 */
export const seamNames = ['claimed', 'planned', 'begun', 'called', 'answered', 'settled', 'finished'] as const

export type SeamName = (typeof seamNames)[number]

/** May kill the process, or return a promise that never settles: as dead as the lane can be. */
export type Seam = (name: SeamName) => void | Promise<void>
