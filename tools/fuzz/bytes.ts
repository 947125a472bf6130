import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib'
import type { Random } from '../../src/clock.ts'
import { pick, wholeNumber } from '../../src/simulator/random.ts'
import { hostileLength } from './hostileText.ts'
import { deep } from './hostileTree.ts'

/** Bytes of a body that was a signed message. */
export function mutatedBytes(random: Random, body: string): Buffer {
  const bytes = Buffer.from(body)
  const at = wholeNumber(random, bytes.length)
  switch (wholeNumber(random, 12)) {
    case 0:
      return flipped(random, bytes)
    case 1:
      return bytes.subarray(0, at)
    case 2:
      return Buffer.concat([bytes.subarray(0, at), seededBytes(random, hostileLength(random)), bytes.subarray(at)])
    case 3:
      return Buffer.concat([bytes, bytes.subarray(at)])
    case 4:
      return Buffer.from(body, pick(random, ['utf16le', 'latin1', 'base64', 'hex']))
    case 5:
      return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes])
    case 6:
      return compressed(random, bytes)
    case 7:
      return seededBytes(random, hostileLength(random))
    case 8:
      return Buffer.from(deep(random).text)
    case 9:
      // Overlong forms, a surrogate in UTF-8 (CESU-8), a byte that is never there, a sequence cut short.
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(pick(random, ['c0af', 'eda080', 'ff', 'f09f98'] as const), 'hex'),
        bytes.subarray(at),
      ])
    case 10:
      return Buffer.from(pick(random, ['', 'null', '[]', '{}', '"', '{"Type":"Notification"}', 'a=b', '<a/>']))
    default:
      return random() < 0.02
        ? Buffer.alloc(2 * 1024 * 1024 + 1, 'x')
        : Buffer.concat([bytes, Buffer.alloc(hostileLength(random), ' ')])
  }
}

function flipped(random: Random, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  for (let times = 1 + wholeNumber(random, 4); times > 0; times--) {
    const at = wholeNumber(random, copy.length)
    copy[at] = (copy[at] ?? 0) ^ (1 << wholeNumber(random, 8))
  }
  return copy
}

/** Content encodings, of which the gateway undoes none: SNS sends none. */
export function compressed(random: Random, bytes: Buffer): Buffer {
  const way = wholeNumber(random, 4)
  if (way === 0) return gzipSync(bytes)
  if (way === 1) return deflateSync(bytes)
  if (way === 2) return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })
  // A bomb: a few hundred bytes that would become a megabyte.
  return gzipSync(Buffer.alloc(1024 * 1024))
}

/** From the seed: the same bytes at each run. */
export function seededBytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => wholeNumber(random, 256)))
}
