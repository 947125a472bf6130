import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SecretBox } from './secretBox.ts'

const box = new SecretBox(Buffer.alloc(32, 1))

describe('the secret box', () => {
  it('opens what it sealed, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, context) => {
        expect(box.open(box.seal(text, context), context)).toBe(text)
      }),
    )
  })

  it('seals the same text differently each time', () => {
    expect(Buffer.from(box.seal('x', 'c')).equals(box.seal('x', 'c'))).toBe(false)
  })

  it('opens nothing in which a bit was changed', () => {
    const sealed = box.seal('swordfish', 'apiKey of site alpha')
    for (let index = 0; index < sealed.byteLength; index += 1) {
      const changed = Uint8Array.from(sealed)
      changed[index]! ^= 1
      expect(() => box.open(changed, 'apiKey of site alpha')).toThrow(
        expect.objectContaining({ code: index >= 1 && index < 5 ? 'SECRET_KEY_WRONG' : 'SECRET_DAMAGED' }),
      )
    }
  })

  it('opens nothing that was cut short', () => {
    const sealed = box.seal('swordfish', 'c')
    for (let length = 0; length < sealed.byteLength; length += 1)
      expect(() => box.open(sealed.subarray(0, length), 'c')).toThrow(
        expect.objectContaining({ code: 'SECRET_DAMAGED' }),
      )
  })

  it('opens nothing in another place, and nothing with another key', () => {
    const sealed = box.seal('swordfish', 'here')
    expect(() => box.open(sealed, 'there')).toThrow(expect.objectContaining({ code: 'SECRET_DAMAGED' }))
    const other = new SecretBox(Buffer.alloc(32, 2))
    expect(() => other.open(sealed, 'here')).toThrow(expect.objectContaining({ code: 'SECRET_KEY_WRONG' }))
  })

  it('refuses a key of another length', () => {
    expect(() => new SecretBox(Buffer.alloc(16))).toThrow(expect.objectContaining({ code: 'SECRET_KEY_INVALID' }))
  })
})
