import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cleared, raised } from './alarm.ts'
import type { AlarmStore } from './store.ts'

export interface AlarmStoreBench {
  readonly store: AlarmStore
  close(): Promise<void>
}

const at = Date.UTC(2026, 10, 24, 12)

/** What every store of alarms must do, whichever database is behind it. */
export function describeAlarmStore(name: string, open: () => Promise<AlarmStoreBench>): void {
  describe(`alarms in ${name}`, () => {
    let bench: AlarmStoreBench
    beforeEach(async () => {
      bench = await open()
    })
    afterEach(async () => bench.close())

    const dead = raised(null, { kind: 'deadLetter', subject: 'main', detail: 'RECORD_REFUSED: Zoë’s', count: 3 }, at)

    it('gives back what was saved, with what each channel has told', async () => {
      const told = { ...dead, told: { email: { state: 'active', at: at + 1, count: 2 } } } as const
      const disk = cleared(raised(null, { kind: 'diskLow', subject: 'host', detail: '' }, at), at + 5)
      await bench.store.save([told, disk], 0)
      const all = await bench.store.all()
      expect(all.toSorted((one, other) => one.kind.localeCompare(other.kind))).toEqual([told, disk])
    })

    it('has one alarm of a kind and subject', async () => {
      await bench.store.save([dead, raised(null, { kind: 'deadLetter', subject: 'other', detail: '' }, at)], 0)
      const again = cleared(raised(dead, { kind: 'deadLetter', subject: 'main', detail: 'more' }, at + 1), at + 2)
      await bench.store.save([again], 0)
      const all = await bench.store.all()
      expect(all).toHaveLength(2)
      expect(all.find(({ subject }) => subject === 'main')).toEqual(again)
    })

    it('forgets what was over long ago, and nothing that is active', async () => {
      const old = cleared(raised(null, { kind: 'diskLow', subject: 'host', detail: '' }, at - 10), at - 5)
      await bench.store.save([dead, old], 0)
      await bench.store.save([], at)
      expect(await bench.store.all()).toEqual([dead])
    })
  })
}
