import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GatewayError } from '../errors/gatewayError.ts'
import { FakeTime } from '../testing/fakeTime.ts'
import { retentionKindNames, type RetentionKind } from './kinds.ts'
import { RetentionLoop } from './retentionLoop.ts'

const kinds = retentionKindNames.length

describe('the loop that removes what is due', () => {
  let time: FakeTime
  let loop: RetentionLoop
  let steps: { readonly kind: RetentionKind; readonly at: number }[]
  let faults: unknown[]
  /** Steps that each kind needs. */
  let needed: Partial<Record<RetentionKind, number>>
  let leads: boolean
  let fault: Error | null
  let damaged: readonly [RetentionKind, Error] | null

  beforeEach(() => {
    time = new FakeTime(0)
    steps = []
    faults = []
    needed = {}
    leads = true
    fault = null
    damaged = null
    loop = new RetentionLoop({
      retention: {
        step: async (kind) => {
          if (fault !== null) throw fault
          if (damaged?.[0] === kind) throw damaged[1]
          steps.push({ kind, at: time.now() })
          const left = (needed[kind] ?? 1) - 1
          needed[kind] = left
          return { removed: 1, ended: left <= 0 }
        },
        giveBack: async () => false,
      },
      timers: time,
      leads: () => leads,
      onFault: (error) => faults.push(error),
      pace: { firstMs: 1000, roundMs: 60_000, pauseMs: 25 },
    })
    loop.start()
  })
  afterEach(async () => {
    await loop.stop()
  })

  it('takes each kind to its end, with a pause after each step', async () => {
    needed = { rawMessages: 3 }
    await time.advance(999)
    expect(steps).toEqual([])
    await time.advance(1 + (kinds + 2) * 25)
    expect(steps.map(({ kind }) => kind)).toEqual(['rawMessages', 'rawMessages', ...retentionKindNames])
    expect(steps.map(({ at }) => at)).toEqual(steps.map((_, index) => 1000 + index * 25))
  })

  it('begins again after a while', async () => {
    await time.advance(1000 + kinds * 25 + 60_000)
    expect(steps.filter(({ kind }) => kind === 'ledger')).toHaveLength(1)
    await time.advance(kinds * 25)
    expect(steps.filter(({ kind }) => kind === 'ledger')).toHaveLength(2)
  })

  it('does nothing while another instance leads, and goes on when it leads itself', async () => {
    leads = false
    await time.advance(61_000)
    expect(steps).toEqual([])
    leads = true
    await time.advance(60_000)
    expect(steps.length).toBeGreaterThan(0)
  })

  it('leaves a round in the middle when it no longer leads', async () => {
    await time.advance(1000)
    leads = false
    await time.advance(10_000)
    expect(steps).toHaveLength(1)
  })

  it('says what went wrong and tries again in the next round', async () => {
    fault = new Error('the disk is full')
    await time.advance(1000)
    expect(faults).toEqual([fault])
    fault = null
    await time.advance(60_000 + kinds * 25)
    expect(steps).toHaveLength(kinds)
  })

  it('goes on with the next kind where a row of one is damaged', async () => {
    const damage = new GatewayError('STORAGE_CORRUPT', 'the event of mail event 7 cannot be read')
    damaged = ['opensAndClicks', damage]
    await time.advance(1000 + kinds * 25)
    expect(faults).toEqual([damage])
    expect(steps.map(({ kind }) => kind)).toEqual(retentionKindNames.filter((kind) => kind !== 'opensAndClicks'))
  })

  it('stops between two steps', async () => {
    needed = { rawMessages: 1000 }
    await time.advance(1100)
    const { length } = steps
    await loop.stop()
    expect(time.timers).toEqual([])
    await time.advance(10_000)
    expect(steps).toHaveLength(length)
  })
})
