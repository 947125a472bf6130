import { Readable } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { turns } from '../../testing/fakeTime.ts'
import { type Body, BodyReader } from './readBody.ts'

const mebibyte = 1024 * 1024

setFlagsFromString('--expose-gc')
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the flag adds
const collectGarbage = runInNewContext('gc') as () => void

function used(): number {
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** A body that is on its way. */
function arriving(reader: BodyReader): { readonly payload: Readable; readonly bodies: (Body | null)[] } {
  const payload = new Readable({ read: () => undefined })
  const bodies: (Body | null)[] = []
  reader.read(payload, undefined, (body) => bodies.push(body))
  return { payload, bodies }
}

describe('BodyReader', () => {
  it('takes no more memory for a body that comes in pieces of a byte', async () => {
    const { payload, bodies } = arriving(new BodyReader({ bodyBytes: mebibyte, heldBytes: mebibyte }))
    const before = used()
    for (let piece = 0; piece < 300_000; piece += 1) {
      payload.push(Buffer.alloc(1, 'x'))
      if (piece % 1000 === 0) await turns()
    }
    await turns()
    // Polled: buffers are given back some time after the collection that found them.
    await expect.poll(() => used() - before).toBeLessThan(4 * mebibyte)
    payload.push(null)
    await expect.poll(() => bodies).toMatchObject([{ ok: true, bytes: { length: 300_000 } }])
  })

  it('keeps nothing of a body that is too large while the rest of it is still coming', async () => {
    const reader = new BodyReader({ bodyBytes: mebibyte, heldBytes: 64 * mebibyte })
    const before = used()
    const all = Array.from({ length: 20 }, () => arriving(reader))
    for (const { payload } of all) payload.push(Buffer.alloc(mebibyte, 'x'))
    await turns()
    for (const { payload } of all) payload.push(Buffer.alloc(1))
    await turns()
    for (const { bodies } of all) expect(bodies).toEqual([{ ok: false, code: 'HTTP_BODY_TOO_LARGE' }])
    await expect.poll(() => used() - before).toBeLessThan(4 * mebibyte)
    for (const { payload } of all) payload.destroy()
  })
})
