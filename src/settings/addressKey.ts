import { randomBytes } from 'node:crypto'
import { GatewayError } from '../errors/gatewayError.ts'
import { Pseudonyms } from '../privacy/pseudonyms.ts'
import { keyBytes } from './secretBox.ts'
import type { Settings } from './settings.ts'

/**
 * The key of the pseudonyms: drawn once, kept among the sealed secrets. So it moves and is saved with the database,
 * lives on when the key beside it is changed, and is of no use to whoever has the database alone.
 */
export class AddressKey {
  readonly #settings: Pick<Settings, 'secret' | 'keepSecret'>
  #made: Pseudonyms | null = null

  constructor(settings: Pick<Settings, 'secret' | 'keepSecret'>) {
    this.#settings = settings
  }

  /** null: none was made yet, or it was sealed with a key that is lost, and with it what it had made. */
  readonly known = (): Pseudonyms | null => {
    // Once made it is never changed, while this process has the key that opens it.
    if (this.#made !== null) return this.#made
    const text = this.#read()
    return text === null ? null : this.#keep(text)
  }

  /** @throws GatewayError SECRET_KEY_MISSING, SECRET_KEY_INVALID, STORAGE_UNAVAILABLE */
  async make(): Promise<Pseudonyms> {
    return (
      this.known() ??
      this.#keep(await this.#settings.keepSecret('', 'addressKey', randomBytes(keyBytes).toString('base64')))
    )
  }

  #read(): string | null {
    try {
      return this.#settings.secret('', 'addressKey')
    } catch (error) {
      // As its hint says, who lost the key makes a new one: what was sealed with the old one is lost.
      if (error instanceof GatewayError && (error.code === 'SECRET_KEY_WRONG' || error.code === 'SECRET_DAMAGED'))
        return null
      throw error
    }
  }

  #keep(text: string): Pseudonyms {
    this.#made = new Pseudonyms(Buffer.from(text, 'base64'))
    return this.#made
  }
}
