import { SecretBox } from './secretBox.ts'

/** The keys of a key file. */
export interface Keys {
  /** Seals. */
  readonly current: Uint8Array
  /** Will seal after the next step of a rotation, and opens already: so that it can be laid out on every machine before. */
  readonly next: Uint8Array | null
  /** Open what was sealed before the last step. */
  readonly old: readonly Uint8Array[]
}

/** All keys of a key file: seals with the current one, opens with that which sealed. */
export class KeyRing {
  readonly #current: SecretBox
  readonly #others: readonly SecretBox[]

  /** @throws GatewayError SECRET_KEY_INVALID */
  constructor({ current, next, old }: Keys) {
    this.#current = new SecretBox(current)
    this.#others = [...(next === null ? [] : [next]), ...old].map((key) => new SecretBox(key))
  }

  seal(text: string, context: string): Uint8Array {
    return this.#current.seal(text, context)
  }

  /** Whether it was sealed with one of the keys. */
  hasSealed(sealed: Uint8Array): boolean {
    return this.#boxOf(sealed).hasSealed(sealed)
  }

  /** Whether it was sealed with the one that seals. */
  isCurrent(sealed: Uint8Array): boolean {
    return this.#current.hasSealed(sealed)
  }

  opens(sealed: Uint8Array, context: string): boolean {
    return this.#boxOf(sealed).opens(sealed, context)
  }

  /** @throws GatewayError SECRET_KEY_WRONG, SECRET_DAMAGED */
  open(sealed: Uint8Array, context: string): string {
    return this.#boxOf(sealed).open(sealed, context)
  }

  #boxOf(sealed: Uint8Array): SecretBox {
    return this.#others.find((box) => box.hasSealed(sealed)) ?? this.#current
  }
}
