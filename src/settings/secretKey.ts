import { GatewayError } from '../errors/gatewayError.ts'
import { createKeyFile, readKeyFile } from './keyFile.ts'
import { SecretBox } from './secretBox.ts'
import type { SecretName } from './settings.ts'

/** Where the key is, and whether a first one may be made there: not where the administrator named the file. */
export interface KeyPlace {
  readonly file: string
  readonly create: boolean
}

/** The key of the secrets, read with the first need, so that what needs no secret needs no key. */
export class SecretKey {
  readonly #place: KeyPlace
  #box: SecretBox | null = null

  constructor(place: KeyPlace) {
    this.#place = place
  }

  /**
   * @param sealedBefore whether there are secrets sealed already: a new key beside those of a lost one would hide
   * the loss until the first call fails
   * @throws GatewayError SECRET_KEY_MISSING, SECRET_KEY_INVALID
   */
  box(sealedBefore: () => boolean): SecretBox {
    this.#box ??= new SecretBox(readKeyFile(this.#place.file) ?? this.#newKey(sealedBefore))
    return this.#box
  }

  #newKey(sealedBefore: () => boolean): Uint8Array {
    const { file, create } = this.#place
    if (!create || sealedBefore()) throw new GatewayError('SECRET_KEY_MISSING', `there is no key file ${file}`)
    return createKeyFile(file)
  }
}

/** What a secret is bound to: in another place it does not open. */
export function contextOf(site: string, name: SecretName): string {
  return `${name} of site ${site}`
}
