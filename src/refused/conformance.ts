import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mostRefused, mostRefusedBytes, type NewRefusedMessage, type RefusedMessages } from './refusedMessages.ts'

export interface RefusedBench {
  readonly refused: RefusedMessages
  close(): Promise<void>
}

const queue = 'arn:aws:sqs:eu-west-1:111122223333:ses'
const refusedAt = Date.UTC(2026, 10, 24, 12)

function message(number: number, more: Partial<NewRefusedMessage> = {}): NewRefusedMessage {
  return {
    queue,
    messageId: `message-${number}`,
    addressed: 'main',
    refusedAt: refusedAt + number,
    code: 'SNS_SIGNATURE_INVALID',
    reason: 'the signature does not fit',
    body: Buffer.from(`{"number":${number}} \u{1f600}`),
    ...more,
  }
}

/** What every store of refused messages must do, whichever database is behind it. */
export function describeRefusedMessages(name: string, open: () => Promise<RefusedBench>): void {
  describe(`refused messages in ${name}`, () => {
    let bench: RefusedBench
    let refused: RefusedMessages
    beforeEach(async () => {
      bench = await open()
      refused = bench.refused
    })
    afterEach(async () => bench.close())

    it('are kept whole and listed, the newest first', async () => {
      for (const number of [1, 2, 3]) expect(await refused.keep(message(number))).toBe('kept')
      const listed = await refused.list({ limit: 2 })
      const { messageId: _id, ...shown } = message(3)
      expect(listed).toHaveLength(2)
      expect(listed[0]).toMatchObject({ ...shown, body: expect.anything() })
      expect(Buffer.from(listed[0]?.body ?? [])).toEqual(shown.body)
      expect(listed[1]).toMatchObject({ refusedAt: refusedAt + 2 })
      expect(await refused.count()).toBe(3)
    })

    it('are kept once, however often the queue brings them', async () => {
      expect(await refused.keep(message(1))).toBe('kept')
      expect(await refused.keep(message(1, { refusedAt: 0 }))).toBe('kept')
      expect(await refused.keep(message(1, { queue: `${queue}-other` }))).toBe('kept')
      expect(await refused.count()).toBe(2)
    })

    it('are found by their queue and by their ids', async () => {
      for (const number of [1, 2, 3]) await refused.keep(message(number))
      await refused.keep(message(4, { queue: `${queue}-other` }))
      const [other] = await refused.list({ queue: `${queue}-other`, limit: 10 })
      expect(other).toMatchObject({ refusedAt: refusedAt + 4 })
      expect(await refused.list({ queue, limit: 10 })).toHaveLength(3)
      expect(await refused.list({ ids: [other?.id ?? 0, 999_999], limit: 10 })).toEqual([other])
      expect(await refused.list({ ids: [], limit: 10 })).toEqual([])
    })

    it('are removed by their ids', async () => {
      for (const number of [1, 2, 3]) await refused.keep(message(number))
      const [newest] = await refused.list({ limit: 1 })
      expect(await refused.remove([newest?.id ?? 0, 999_999])).toBe(1)
      expect((await refused.list({ limit: 10 })).map((one) => one.refusedAt)).toEqual([refusedAt + 2, refusedAt + 1])
    })

    it('are no more than may be, and those that are there count as kept', async () => {
      for (let number = 0; number < mostRefused; number++) await refused.keep(message(number))
      expect(await refused.keep(message(mostRefused))).toBe('full')
      expect(await refused.keep(message(0))).toBe('kept')
      expect(await refused.count()).toBe(mostRefused)
    })

    it('hold no more bytes than may be', async () => {
      await refused.keep(message(1, { body: Buffer.alloc(mostRefusedBytes - 10) }))
      expect(await refused.keep(message(2, { body: Buffer.alloc(11) }))).toBe('full')
      expect(await refused.keep(message(2, { body: Buffer.alloc(10) }))).toBe('kept')
    })
  })
}
