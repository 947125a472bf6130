import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linesOf } from './lines.ts'

async function* inChunks(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0
  for (let turn = 0; at < bytes.byteLength; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1
    yield bytes.subarray(at, at + size)
    at += size
  }
}

async function textsOf(bytes: Buffer, sizes: readonly number[], longest = 1000): Promise<readonly string[]> {
  const texts: string[] = []
  for await (const line of linesOf(inChunks(bytes, sizes), () => longest)) texts.push(line.toString())
  return texts
}

describe('the lines of a backup', () => {
  it('are the same however they are cut into chunks', async () => {
    const lines = fc.array(fc.string({ unit: 'binary', maxLength: 20 }).map((text) => `${text.replaceAll('\n', '')}\n`))
    const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(lines, sizes, async (wanted, cut) => {
        expect(await textsOf(Buffer.from(wanted.join('')), cut)).toEqual(wanted)
      }),
    )
  })

  it('are refused where one is cut off', async () => {
    await expect(textsOf(Buffer.from('one\ntw'), [3])).rejects.toThrow('its end is missing')
  })

  it('are refused where one is too long, and no more of it is read', async () => {
    let read = 0
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        read += 1
        yield Buffer.alloc(100, 'x')
      }
    }
    await expect(linesOf(endless(), () => 1000).next()).rejects.toThrow('a line is longer than 1000 bytes')
    expect(read).toBe(11)
  })
})
