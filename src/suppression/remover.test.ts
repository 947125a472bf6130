import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Removal } from '../aws/suppressionList.ts'
import { soleInstance } from '../leases/heldLeases.ts'
import { type SiteInput, siteSchema } from '../settings/site.ts'
import { FakeTime } from '../testing/fakeTime.ts'
import { TestDatabase } from '../testing/testDatabase.ts'
import type { Removals } from './removals.ts'
import { Remover } from './remover.ts'
import { sqliteRemovals } from './sqlite/removals.ts'

const minute = 60_000
const hour = 60 * minute

let test: TestDatabase
let time: FakeTime
let removals: Removals
let remover: Remover
/** Calls of the lists, in order: region, address, and when since the beginning. */
let calls: string[]
let answer: (call: string) => Removal
let topics: readonly string[]
let standing: 'held' | 'gone'
let tellLeases: () => void
let refused: string[]

beforeEach(() => {
  test = new TestDatabase()
  time = new FakeTime()
  const begun = time.now()
  removals = sqliteRemovals(test.database)
  calls = []
  answer = () => ({ removal: 'removed' })
  topics = ['arn:aws:sns:eu-west-1:111122223333:main']
  standing = 'held'
  tellLeases = () => undefined
  refused = []
  remover = new Remover({
    removals,
    lists: async (region) => ({
      remove: async (address) => {
        calls.push(`${region} ${address} ${time.now() - begun}`)
        return answer(address)
      },
      close: () => undefined,
    }),
    settings: { site: (id) => (id === 'gone' ? null : siteSchema.parse({ ...site, id, topics })) },
    leases: {
      ...soleInstance('one'),
      standing: () => standing,
      onChange: (listener) => {
        tellLeases = listener
        return () => undefined
      },
    },
    clock: time,
    timers: time,
    onFault: (error) => {
      throw error
    },
    onRefused: (error) => refused.push(error),
  })
})
afterEach(async () => {
  await remover.stop()
  await test[Symbol.asyncDispose]()
})

const site: SiteInput = { id: 'main', name: 'Main', crm: { type: 'builtin' }, policy: { preset: 'standard' } }
const want = async (...addresses: readonly string[]): Promise<void> =>
  removals.want({ site: 'main', addresses, origin: 'undo', at: time.now() })
const counts = async (): Promise<unknown> => removals.counts({ since: 0 })
const none = { wanted: 0, removed: 0, absent: 0, failed: 0, error: null }

describe('addresses on the suppression list', () => {
  it('are removed when the gateway starts, and when more are wanted', async () => {
    await want('a', 'b')
    remover.start()
    await time.advance(0)
    expect(calls).toEqual(['eu-west-1 a 0', 'eu-west-1 b 0'])
    answer = () => ({ removal: 'absent' })
    await want('c')
    remover.wake()
    await time.advance(0)
    expect(await counts()).toEqual({ ...none, removed: 2, absent: 1 })
  })

  it('are removed in every region that the site has topics in, or where the SDK finds itself', async () => {
    topics = [
      'arn:aws:sns:eu-west-1:111122223333:main',
      'arn:aws:sns:us-east-1:111122223333:main',
      'arn:aws:sns:us-east-1:111122223333:other',
    ]
    await want('a')
    await remover.clear(new AbortController().signal)
    topics = ['111122223333']
    await want('b')
    await remover.clear(new AbortController().signal)
    expect(calls).toEqual(['eu-west-1 a 0', 'us-east-1 a 0', 'null b 0'])
  })

  it('go one a second from the first word of AWS that this is too fast, and none is lost', async () => {
    await want('a', 'b', 'c', 'd')
    const refused = new Set(['b', 'd'])
    answer = (address) => ({ removal: refused.delete(address) ? 'throttled' : 'removed' })
    remover.start()
    await time.advance(10_000)
    expect(calls).toEqual(['a 0', 'b 0', 'b 1000', 'c 2000', 'd 3000', 'd 4000'].map((call) => `eu-west-1 ${call}`))
    expect(await counts()).toEqual({ ...none, removed: 4 })
  })

  it('wait for a credential: one call an hour, until it is there', async () => {
    await want('a', 'b', 'c')
    answer = () => ({ removal: 'unauthorised', error: 'CredentialsProviderError' })
    remover.start()
    await time.advance(2 * hour + minute)
    expect(calls).toEqual([`eu-west-1 a 0`, `eu-west-1 a ${hour}`, `eu-west-1 a ${2 * hour}`])
    expect(await counts()).toEqual({ ...none, wanted: 3, error: 'CredentialsProviderError' })
    expect(refused).toEqual(calls.map(() => 'CredentialsProviderError'))
    answer = () => ({ removal: 'removed' })
    await time.advance(hour)
    expect(await counts()).toEqual({ ...none, removed: 3 })
  })

  it('are tried at once when a person asks, whatever was in the way', async () => {
    await want('a', 'b')
    answer = () => ({ removal: 'unauthorised', error: 'AccessDeniedException' })
    await remover.clear(new AbortController().signal)
    answer = () => ({ removal: 'removed' })
    let tried = 0
    await remover.clear(new AbortController().signal, () => (tried += 1))
    expect(tried).toBe(2)
    expect(await counts()).toEqual({ ...none, removed: 2 })
    expect(remover.goesOn).toBe(false)
  })

  it('wait where the person does not, and the gateway goes on', async () => {
    await want('a', 'b', 'c')
    const gone = new AbortController()
    answer = () => {
      gone.abort()
      return { removal: 'removed' }
    }
    await remover.clear(gone.signal)
    expect(await counts()).toEqual({ ...none, removed: 1, wanted: 2 })
    remover.start()
    await time.advance(0)
    expect(await counts()).toEqual({ ...none, removed: 3 })
    expect(remover.goesOn).toBe(true)
  })

  it('are waited for no longer than the person does, however many others have their turn before', async () => {
    await want('a', 'b', 'c')
    answer = () => ({ removal: 'throttled' })
    remover.start()
    await time.advance(500)
    const gone = new AbortController()
    let isOver = false
    const clearing = remover.clear(gone.signal).then(() => (isOver = true))
    await time.advance(minute)
    expect(isOver).toBe(false)
    gone.abort()
    await time.advance(0)
    expect(isOver).toBe(true)
    await clearing
    // The round before goes on, and the next one waits for it: two at a time would be too fast.
    const again = remover.clear(new AbortController().signal)
    const before = calls.length
    answer = () => ({ removal: 'removed' })
    await time.advance(10_000)
    await again
    expect(calls.slice(before).map((call) => call.split(' ')[1])).toEqual(['a', 'b', 'c'])
    expect(await counts()).toEqual({ ...none, removed: 3 })
  })

  it('are tried within the hour where the clock that said when was set back by a day', async () => {
    await want('a', 'b')
    answer = (address) => (address === 'a' ? { removal: 'failed', error: 'TimeoutError' } : { removal: 'throttled' })
    remover.start()
    await time.advance(500)
    await removals.want({ site: 'main', addresses: ['c'], origin: 'undo', at: time.now() })
    time.setClock(-24 * hour)
    answer = () => ({ removal: 'removed' })
    await time.advance(hour)
    expect(await counts()).toEqual({ ...none, removed: 3 })
  })

  it('stop in the middle of a pause', async () => {
    await want('a', 'b')
    answer = () => ({ removal: 'throttled' })
    remover.start()
    await time.advance(500)
    await remover.stop()
    expect(await counts()).toEqual({ ...none, wanted: 2 })
    expect(calls).toHaveLength(1)
  })

  it('are removed by the one instance that leads', async () => {
    standing = 'gone'
    await want('a')
    remover.start()
    await time.advance(hour)
    expect(calls).toEqual([])
    standing = 'held'
    tellLeases()
    await time.advance(0)
    expect(await counts()).toEqual({ ...none, removed: 1 })
  })

  it('of a site that is gone end as failed, and others pass', async () => {
    await removals.want({ site: 'gone', addresses: ['x'], origin: 'undo', at: time.now() })
    await want('a')
    remover.start()
    await time.advance(0)
    expect(await counts()).toEqual({ ...none, removed: 1, failed: 1, error: 'there is no such site any more' })
  })
})
