import { errorCatalogue } from '../errors/catalogue.ts'
import { GatewayError } from '../errors/gatewayError.ts'
import { createKeyFile, readKeyFile } from './keyFile.ts'
import { KeyRing, type Keys } from './keyRing.ts'

/** Where the key is, and whether a first one may be made there: not where the administrator named the file. */
export interface KeyPlace {
  readonly file: string
  readonly create: boolean
}

/** The key of the secrets, read with the first need, so that what needs no secret needs no key. */
export class SecretKey {
  readonly #place: KeyPlace
  #ring: KeyRing | null = null

  constructor(place: KeyPlace) {
    this.#place = place
  }

  /**
   * The keys as they were read; those of today with {@link current} and {@link thatSealed}.
   * @param sealedBefore whether there are secrets sealed already: a new key beside those of a lost one would hide
   * the loss until the first call fails
   * @throws GatewayError SECRET_KEY_MISSING, SECRET_KEY_INVALID
   */
  ring(sealedBefore: () => boolean): KeyRing {
    this.#ring ??= new KeyRing(readKeyFile(this.#place.file) ?? this.#newKey(sealedBefore))
    return this.#ring
  }

  /** To seal with: keys may have been rotated since the file was read, and nothing may be sealed with one that is gone. */
  current(sealedBefore: () => boolean): KeyRing {
    this.#ring = null
    return this.ring(sealedBefore)
  }

  /** To open this with: the file is read anew where none of the known keys has sealed it. */
  thatSealed(sealed: Uint8Array): KeyRing {
    const known = this.ring(() => true)
    return known.hasSealed(sealed) ? known : this.current(() => true)
  }

  /**
   * Makes sure that this is the key of those who sealed before: with another one their sites cannot be called, and
   * what it sealed they could not open. Where only some do not open, their sites say so by themselves.
   * @param all every secret that is stored
   * @throws GatewayError SECRET_KEY_MISSING, SECRET_KEY_INVALID, SECRET_KEY_WRONG
   */
  require(all: readonly Uint8Array[]): void {
    if (all.length === 0) return
    const keys = this.current(() => true)
    if (all.some((sealed) => keys.hasSealed(sealed))) return
    throw new GatewayError(
      'SECRET_KEY_WRONG',
      `none of the ${all.length} secrets in the database was sealed with the key in ${this.#place.file}`,
      { hint: keyLostHint },
    )
  }

  #newKey(sealedBefore: () => boolean): Keys {
    const { file, create } = this.#place
    if (!create || sealedBefore()) throw new GatewayError('SECRET_KEY_MISSING', `there is no key file ${file}`)
    return createKeyFile(file)
  }
}

/** Another one's key in its place is mended as one that is missing. */
const keyLostHint = errorCatalogue.SECRET_KEY_MISSING.hint

/** A secret as it is to be stored; sealed is null where it is to be taken away. */
export interface SecretToStore {
  readonly site: string
  readonly name: string
  readonly sealed: Uint8Array | null
}

/**
 * Seals all that is to be stored, so that whoever cannot, stores none of it.
 * @param values by name; null takes one away, for which no key is needed
 */
export function sealAll(
  site: string,
  values: Readonly<Record<string, string | null | undefined>>,
  keys: () => KeyRing,
): readonly SecretToStore[] {
  const named = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]))
  return named.map(({ name, value }) => ({
    site,
    name,
    sealed: value === null ? null : keys().seal(value, contextOf(site, name)),
  }))
}

/** What a secret is bound to: in another place it does not open. */
export function contextOf(site: string, name: string): string {
  return `${name} of site ${site}`
}
