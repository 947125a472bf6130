import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bucketMs, dayMs } from './buckets.ts'
import type { ReceiverCount, ReceiverCounts } from './receiverCounts.ts'

export interface ReceiverCountsBench {
  readonly counts: ReceiverCounts
  /** As the ledger does it, in a commit of its own. */
  count(site: string, counts: readonly ReceiverCount[]): Promise<void>
  close(): Promise<void>
}

const now = Date.UTC(2026, 10, 24, 12)
const hour = 3_600_000
const span = { historySince: now - 30 * dayMs, windowSince: now - hour, until: now }

function delivered(domain: string, at: number, count: number): ReceiverCount {
  return { domain, at, count, outcome: { outcome: 'delivered' } }
}

function refused(domain: string, at: number, count: number, { status = '5.1.1', aside = false } = {}): ReceiverCount {
  return { domain, at, count, outcome: { outcome: 'refused', status, aside } }
}

/** What every store of these counts must do, whichever database is behind it. */
export function describeReceiverCounts(name: string, open: () => Promise<ReceiverCountsBench>): void {
  describe(`counts of receivers in ${name}`, () => {
    let bench: ReceiverCountsBench
    let counts: ReceiverCounts
    beforeEach(async () => {
      bench = await open()
      counts = bench.counts
    })
    afterEach(async () => bench.close())

    it('tells the window from the weeks before, by domain, site and status', async () => {
      await bench.count('main', [delivered('one.example', now - 2 * dayMs, 40), refused('one.example', now - dayMs, 1)])
      await bench.count('main', [refused('one.example', now - 60_000, 3), refused('one.example', now - 90_000, 4)])
      await bench.count('main', [refused('one.example', now, 2, { status: '5.7.1' }), delivered('two.example', now, 9)])
      await bench.count('other', [refused('one.example', now, 100)])
      const traffic = await counts.read('main', ['one.example', 'two.example', 'none.example'], span)
      expect(traffic.get('one.example')).toEqual({
        window: {
          delivered: 0,
          refused: new Map([
            ['5.1.1', 7],
            ['5.7.1', 2],
          ]),
        },
        history: { delivered: 40, refused: new Map([['5.1.1', 1]]) },
      })
      expect(traffic.get('two.example')?.window.delivered).toBe(9)
      expect(traffic.get('none.example')).toEqual({
        window: { delivered: 0, refused: new Map() },
        history: { delivered: 0, refused: new Map() },
      })
    })

    it('leaves what was set aside out of the history, not out of the window', async () => {
      await bench.count('main', [
        refused('one.example', now - 2 * hour, 50, { aside: true }),
        refused('one.example', now - 60_000, 5, { aside: true }),
        refused('one.example', now - 60_000, 5),
      ])
      expect((await counts.read('main', ['one.example'], span)).get('one.example')).toEqual({
        window: { delivered: 0, refused: new Map([['5.1.1', 10]]) },
        history: { delivered: 0, refused: new Map() },
      })
    })

    it('forgets still older ones also after a clock was set back that had run ahead', async () => {
      await counts.tidy(now + 365 * dayMs)
      await bench.count('main', [delivered('one.example', now - 40 * dayMs, 1000), delivered('one.example', now, 1)])
      await counts.tidy(now)
      const all = await counts.read('main', ['one.example'], { ...span, historySince: 0 })
      expect(all.get('one.example')?.history.delivered).toBe(0)
    })

    it('keeps days of long ago by the day and forgets still older ones; no number changes', async () => {
      const old = now - 10 * dayMs
      await bench.count('main', [
        ...Array.from({ length: 50 }, (_, index) => delivered('one.example', old + index * bucketMs, 2)),
        refused('one.example', old, 3, { status: '5.1.1' }),
        refused('one.example', old + hour, 4, { status: '5.2.1' }),
        refused('one.example', old + hour, 6, { aside: true }),
        delivered('one.example', now - 40 * dayMs, 1000),
      ])
      await bench.count('main', [delivered('one.example', now, 1)])
      await counts.tidy(now)
      await bench.count('main', [delivered('one.example', now + 2 * hour, 1)])
      await counts.tidy(now + 2 * hour)
      const all = await counts.read('main', ['one.example'], { ...span, historySince: 0 })
      expect(all.get('one.example')).toEqual({
        window: { delivered: 1, refused: new Map() },
        history: { delivered: 100, refused: new Map([['any', 7]]) },
      })
    })
  })
}
