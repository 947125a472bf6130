import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto'
import { GatewayError } from '../errors/gatewayError.ts'

export const keyBytes = 32

const cipher = 'aes-256-gcm'

/** NIST SP 800-38D: 96 bits of nonce, drawn anew for each sealing, and 128 bits of tag. */
const nonceBytes = 12
const tagBytes = 16

/** Layout: version, name of the key, nonce, tag, ciphertext. */
const version = 1
const nonceAt = 5
const tagAt = nonceAt + nonceBytes
const bodyAt = tagAt + tagBytes

/**
 * Seals short texts with a key that is kept beside the database. Each is bound to its place (`context`):
 * a sealed text that was copied to another place does not open there.
 */
export class SecretBox {
  readonly #key: Uint8Array
  /** Tells a wrong key from a changed text. 32 bits of a hash of 256 random ones: they give nothing away. */
  readonly #keyName: Buffer

  constructor(key: Uint8Array) {
    if (key.byteLength !== keyBytes)
      throw new GatewayError('SECRET_KEY_INVALID', `the key has ${key.byteLength} bytes instead of ${keyBytes}`)
    this.#key = key
    this.#keyName = hash('sha256', key, 'buffer').subarray(0, nonceAt - 1)
  }

  seal(text: string, context: string): Uint8Array {
    const nonce = randomBytes(nonceBytes)
    const sealing = createCipheriv(cipher, this.#key, nonce, { authTagLength: tagBytes })
    sealing.setAAD(Buffer.from(context))
    const body = Buffer.concat([sealing.update(text, 'utf8'), sealing.final()])
    return Buffer.concat([Buffer.of(version), this.#keyName, nonce, sealing.getAuthTag(), body])
  }

  /** Whether it was sealed with this key, which says nothing about whether it opens. */
  hasSealed(sealed: Uint8Array): boolean {
    return Buffer.from(sealed).subarray(1, nonceAt).equals(this.#keyName)
  }

  opens(sealed: Uint8Array, context: string): boolean {
    try {
      this.open(sealed, context)
      return true
    } catch {
      return false
    }
  }

  /** @throws GatewayError SECRET_KEY_WRONG, SECRET_DAMAGED */
  open(sealed: Uint8Array, context: string): string {
    const bytes = Buffer.from(sealed)
    if (bytes.byteLength < bodyAt || bytes[0] !== version) throw damaged(context, 'it is none of this version')
    if (!this.hasSealed(bytes))
      throw new GatewayError('SECRET_KEY_WRONG', `${context} was sealed with another key than the one in the key file`)
    try {
      const opening = createDecipheriv(cipher, this.#key, bytes.subarray(nonceAt, tagAt), { authTagLength: tagBytes })
      opening.setAAD(Buffer.from(context))
      opening.setAuthTag(bytes.subarray(tagAt, bodyAt))
      return Buffer.concat([opening.update(bytes.subarray(bodyAt)), opening.final()]).toString('utf8')
    } catch (error: unknown) {
      throw damaged(context, error)
    }
  }
}

function damaged(context: string, cause: unknown): GatewayError {
  return new GatewayError('SECRET_DAMAGED', `${context} is stored, but does not open`, { cause })
}
