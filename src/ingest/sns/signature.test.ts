import { sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { rsaPair } from '../../testing/x509.ts'
import { decodeSignature, isSignatureVersion, signatureFits } from './signature.ts'

const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => (index * 37 + 251) % 256))
const text = bytes.toString('base64')

describe('decodeSignature', () => {
  it('reads what the signer wrote', () => {
    expect(text).toMatch(/[+/]/)
    expect(decodeSignature(text, 256)).toEqual(bytes)
  })

  it.each([
    ['a plus that a form parser turned into a space', text.replace('+', ' ')],
    ['a character too few', text.slice(1)],
    ['a character too many', `A${text}`],
    ['no padding', text.replace(/=+$/, '')],
    ['the alphabet for URLs', bytes.toString('base64url')],
    ['the alphabet for URLs at full length', text.replaceAll('+', '-').replaceAll('/', '_')],
    ['a line break inside', `${text.slice(0, 100)}\n${text.slice(101)}`],
    ['a line break at the end', `${text}\n`],
    ['bits left over that are not zero', text.replace(/(.)==$/, (_, last: string) => `${next(last)}==`)],
    ['a byte too few', bytes.subarray(1).toString('base64')],
    ['a byte too many', Buffer.concat([bytes, Buffer.of(1)]).toString('base64')],
    ['nothing', ''],
    ['a foreign character', `é${text.slice(1)}`],
  ])('refuses %s', (_, broken) => {
    expect(broken).not.toBe(text)
    expect(decodeSignature(broken, 256)).toBeNull()
  })
})

describe('signatureFits', () => {
  const { publicKey, privateKey } = rsaPair()
  const data = Buffer.from('Message\nx\n')

  it.each([
    ['1', 'sha1'],
    ['2', 'sha256'],
  ] as const)('version %s is %s, and no other', (version, hash) => {
    const signature = sign(hash, data, privateKey)
    expect(signatureFits(version, publicKey, data, signature)).toBe(true)
    expect(signatureFits(version === '1' ? '2' : '1', publicKey, data, signature)).toBe(false)
    expect(signatureFits(version, publicKey, Buffer.from('Message\ny\n'), signature)).toBe(false)
  })
})

describe('isSignatureVersion', () => {
  it.each(['0', '3', '', '1.0', '01', ' 1', 'toString', '__proto__'])('is none: %j', (version) => {
    expect(isSignatureVersion(version)).toBe(false)
  })
})

/** The character whose value is one more: only the two bits after the last byte change. */
function next(character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  return alphabet.charAt(alphabet.indexOf(character) + 1)
}
