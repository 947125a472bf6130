import { newKey } from './keyFile.ts'
import { KeyRing, type Keys } from './keyRing.ts'

/** A sealed secret, with what it is bound to. */
export interface SealedSecret {
  readonly context: string
  readonly sealed: Uint8Array
}

export interface RotationParts {
  readonly read: () => Keys
  /** Whole or not at all. */
  readonly write: (keys: Keys) => void
  /**
   * Seals every secret anew for which `reseal` gives something else than null, all of them at once or none.
   * @returns how many
   */
  readonly resealAll: (reseal: (secret: SealedSecret) => Uint8Array | null) => Promise<number>
  /** Whether others read a key file of their own, on other machines: then each step has to be laid out there. */
  readonly shared: boolean
}

/**
 * - `prepared`: the next key is in the file, and opens; to be laid out on every machine
 * - `resealed`: it seals now, and all is sealed with it; the old one opens still. To be laid out on every machine
 * - `rotated`: only the new one is left
 */
export type RotationStep = 'prepared' | 'resealed' | 'rotated'

export interface Rotation {
  readonly step: RotationStep
  /** Secrets that were sealed anew. */
  readonly resealed: number
}

/**
 * Takes the keys a step further:
 * ```
 *  one machine:    current ─────────────────────────────────────────────────────> new
 *  several:        current ──> current, next ──> new, old ──> new
 *                              laid out          laid out     laid out on every machine
 * ```
 * Which step is next is read from the file, so that it can break off anywhere and be run again: a key is in the file
 * before anything is sealed with it, and leaves it when nothing is any more. Secrets are sealed anew in one transaction.
 *
 * @throws GatewayError SECRET_KEY_WRONG, SECRET_DAMAGED: one does not open, and nothing was changed
 */
export async function rotateKeys({ read, write, resealAll, shared }: RotationParts): Promise<Rotation> {
  let keys = read()
  if (keys.old.length === 0) {
    if (shared && keys.next === null) {
      write({ ...keys, next: newKey() })
      return { step: 'prepared', resealed: 0 }
    }
    keys = { current: keys.next ?? newKey(), next: null, old: [keys.current] }
    // None is to be lost by a key that opens only some: found out before the file is changed.
    await resealAll((secret) => verified(new KeyRing(keys), secret))
    write(keys)
    if (shared) return { step: 'resealed', resealed: await resealWith(keys, resealAll) }
  }
  const resealed = await resealWith(keys, resealAll)
  write({ current: keys.current, next: null, old: [] })
  // A gateway that had read the file just before may have sealed one since with the key that is gone from it.
  return { step: 'rotated', resealed: resealed + (await resealWith(keys, resealAll)) }
}

function verified(ring: KeyRing, { sealed, context }: SealedSecret): null {
  ring.open(sealed, context)
  return null
}

async function resealWith(keys: Keys, resealAll: RotationParts['resealAll']): Promise<number> {
  const ring = new KeyRing(keys)
  return resealAll(({ sealed, context }) =>
    ring.isCurrent(sealed) ? null : ring.seal(ring.open(sealed, context), context),
  )
}
