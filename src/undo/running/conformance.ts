import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ContactStore } from '../../civicrm/builtin/contactStore.ts'
import { BuiltinCrm } from '../../civicrm/builtin/builtinCrm.ts'
import type { RecordingStore } from '../../civicrm/builtin/recordingStore.ts'
import { type Crm, CrmError } from '../../civicrm/crm.ts'
import { defaultBounceTypes } from '../../civimail/bounceTypes.ts'
import type { CrmFacts } from '../../civimail/crmFacts.ts'
import type { Clock } from '../../clock.ts'
import type { History } from '../../ledger/history.ts'
import type { Ledger, PlannedEvent } from '../../ledger/ledger.ts'
import type { ReleaseStore } from '../../releases/releaseStore.ts'
import type { Removals } from '../../suppression/removals.ts'
import { FakeTime } from '../../testing/fakeTime.ts'
import { testSite } from '../../testing/memorySettings.ts'
import { bounceEffect, decision, mailEvent, optOutEffect, planned } from '../../testing/plannedEvents.ts'
import type { UndoReport, UndoRequest } from '../report.ts'
import { runUndo } from '../runUndo.ts'
import { undoLeaseMs, type UndoStore } from '../undoStore.ts'

export interface RunBench {
  readonly ledger: Ledger
  readonly history: History
  readonly undos: UndoStore
  readonly removals: Removals
  readonly releases: ReleaseStore
  readonly contacts: (site: string, clock: Clock) => ContactStore & RecordingStore
  close(): Promise<void>
}

const hour = 3_600_000

interface Asked {
  readonly signal: AbortSignal
  readonly progress: (text: string) => void
}

const request: UndoRequest = {
  filter: {},
  dryRun: false,
  askedBy: 'zoe',
  why: 'their outage',
  withoutLook: false,
  clearSuppression: true,
  details: 10,
}

/** How an undo goes through the ledger and the CRMs of its sites, whichever database is behind it. */
export function describeRunUndo(name: string, open: () => Promise<RunBench>): void {
  describe(`an undo in ${name}`, () => {
    let bench: RunBench
    let time: FakeTime
    /** What stands between the undo and the CRM of a site, by the name of the call. */
    let disturb: (site: string, call: string, go: () => Promise<unknown>) => Promise<unknown>
    let calls: string[]
    let open_: number
    let removed: Set<string>

    beforeEach(async () => {
      bench = await open()
      time = new FakeTime()
      disturb = async (_site, _call, go) => go()
      calls = []
      open_ = 0
      removed = new Set(['gone'])
    })
    afterEach(async () => {
      expect(open_, 'connections left open').toBe(0)
      await bench.close()
    })

    const crmOf = (site: string): Crm =>
      new BuiltinCrm({ store: bench.contacts(site, time), bounceTypes: defaultBounceTypes, clock: time })

    function connect(site: string): Crm {
      const crm = crmOf(site)
      open_ += 1
      return new Proxy(crm, {
        get: (target, property) => {
          if (property === 'close') return async () => void (open_ -= 1)
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every member of a CRM is such a method
          const call = Reflect.get(target, property) as (...values: readonly unknown[]) => Promise<unknown>
          return async (...values: readonly unknown[]) => {
            calls.push(`${site} ${String(property)}`)
            return disturb(site, String(property), async () => call.apply(target, [...values]))
          }
        },
      })
    }

    async function undo(
      more: Partial<UndoRequest> = {},
      { signal = new AbortController().signal, progress = (): void => undefined }: Partial<Asked> = {},
    ): Promise<UndoReport> {
      return runUndo(
        { ...request, ...more },
        {
          ...bench,
          settings: { site: (id) => (removed.has(id) ? null : testSite(id)) },
          connect: ({ id }) => connect(id),
          remover: { clear: async () => undefined, goesOn: false, wake: () => undefined },
          clock: time,
          timers: time,
        },
        { signal, progress },
      )
    }

    /** So many readers of a site bounced hard and are on hold; every tenth has complained, and is opted out. */
    async function outage(site: string, count: number): Promise<void> {
      const store = bench.contacts(site, time)
      const stored = await store.addContacts(
        Array.from({ length: count }, (_, number) => ({ name: 'x', emails: [`person${number}@example.org`] })),
      )
      const people = stored.flatMap(({ contactId, emails }) => emails.map((one) => ({ ...one, contactId })))
      const { jobId, queueRows } = await store.addMailing({ name: 'm', emailIds: people.map(({ emailId }) => emailId) })
      const crm = crmOf(site)
      const events = people.map(({ contactId, emailId, email }, number): PlannedEvent => {
        const { queueId, hash } = queueRows[number]!
        const reference = { jobId, queueId, hash, action: 'b', domain: 'crm.example.org' }
        const complained = number % 10 === 0
        const facts: CrmFacts = {
          queueRow: { queueId, hash, contactId, emailId, email, resetDate: null },
          addressRows: [{ emailId, contactId, email, onHold: 0, resetDate: null, optedOut: false }],
          counted: [],
        }
        const effects = [
          bounceEffect(queueId, { reference }),
          ...(complained ? [optOutEffect(email, [contactId])] : []),
        ]
        const event = mailEvent(number, complained ? { kind: 'complaint', bounce: null } : {})
        return planned(number, { event, site, at: time.now() + number, decision: decision(effects), facts })
      })
      const entries = await bench.ledger.plan(events)
      const effects = entries.flatMap(({ effects: planned_ }) => planned_)
      const call = { callId: `call-${site}`, at: time.now(), conclusiveAt: time.now() + 1000 }
      await bench.ledger.begin(
        effects.map(({ id }) => id),
        call,
      )
      const bounces = effects.flatMap(({ effect }) =>
        effect.effect === 'bounce' ? [{ ...effect, body: effect.reason }] : [],
      )
      await crm.recordBounces(bounces)
      await crm.optOut(people.filter((_, number) => number % 10 === 0).map(({ contactId }) => contactId))
      await bench.ledger.settle(
        effects.map(({ id }) => ({ effectId: id, callId: call.callId, state: 'done', at: time.now(), answer: '' })),
      )
      await time.advance(hour)
    }

    const held = async (site: string): Promise<number> =>
      (await bench.contacts(site, time).list({ limit: 10_000 })).flatMap(({ emails }) =>
        emails.filter(({ onHold }) => onHold === 1),
      ).length
    const optedOut = async (site: string): Promise<number> =>
      (await bench.contacts(site, time).list({ limit: 10_000 })).filter((one) => one.optedOut).length
    const wanted = async (): Promise<number> => (await bench.removals.counts({ since: 0 })).wanted

    it('says in its dry run what it then does, a hundred recipients in a call', async () => {
      await outage('alpha', 250)
      await outage('beta', 30)
      const planned_ = await undo({ dryRun: true })
      expect(calls.filter((call) => /release|optIn/.test(call))).toEqual([])
      expect(await held('alpha')).toBe(250)
      expect(await wanted()).toBe(0)
      const report = await undo()
      expect(report).toMatchObject({ recipients: 280, released: 280, optedIn: 28, effects: { undo: 308 } })
      expect({ ...report, undoId: null, suppression: null, dryRun: true }).toEqual(planned_)
      expect(report.details).toHaveLength(10)
      expect(calls.filter((call) => call === 'alpha release')).toHaveLength(3)
      expect([await held('alpha'), await held('beta'), await optedOut('alpha'), await optedOut('beta')]).toEqual([
        0, 0, 0, 0,
      ])
      expect(await wanted()).toBe(280)
      const releases = await bench.releases.list({ limit: 1000 })
      expect(releases.map(({ origin, form, suppression }) => [origin, form, suppression])).toEqual(
        Array.from({ length: 280 }, () => ['undo', 'reset', 'wanted']),
      )
    })

    it('goes on where it broke off, each once', async () => {
      await outage('alpha', 250)
      const gone = new AbortController()
      disturb = async (_site, call, go) => {
        if (call === 'release') gone.abort()
        return go()
      }
      const first = await undo({}, { signal: gone.signal })
      expect(first).toMatchObject({ brokenOff: true, released: 100 })
      expect(await bench.undos.list(1)).toMatchObject([{ endedAt: null, result: null, heardAt: 0 }])
      disturb = async (_site, _call, go) => go()
      expect(await undo()).toMatchObject({ brokenOff: false, released: 150, effects: { left: 0 } })
      expect([await held('alpha'), await optedOut('alpha')]).toEqual([0, 0])
      expect(await undo()).toMatchObject({ released: 0, effects: { undo: 0, done: 0, left: 0 } })
    })

    it('knows what it took off hold, for its own, also where the site failed in the next moment', async () => {
      await outage('alpha', 20)
      disturb = async (_site, call, go) => {
        if (call === 'optIn') throw new CrmError('server', 'down', { unknown: true, passes: true })
        return go()
      }
      expect(await undo()).toMatchObject({ failed: [{ site: 'alpha', message: 'down' }] })
      expect(await held('alpha')).toBe(0)
      const releases = await bench.releases.list({ limit: 1000 })
      expect(releases.map(({ origin }) => origin)).toEqual(Array.from({ length: 20 }, () => 'undo'))
      disturb = async (_site, _call, go) => go()
      expect(await undo()).toMatchObject({ failed: [], optedIn: 2 })
      expect(await optedOut('alpha')).toBe(0)
      expect(await wanted()).toBe(20)
    })

    it('says so where a site was removed after its recipients were found', async () => {
      await outage('alpha', 20)
      await outage('beta', 100)
      disturb = async (_site, _call, go) => {
        removed.add('alpha')
        return go()
      }
      expect(await undo()).toMatchObject({
        recipients: 100,
        failed: [{ site: 'alpha', message: 'there is no such site any more' }],
      })
      expect([await held('alpha'), await held('beta')]).toEqual([20, 0])
    })

    it('does the other sites when one is in trouble, and that one when it is well again', async () => {
      await outage('alpha', 20)
      await outage('beta', 20)
      await outage('gone', 1)
      disturb = async (site, _call, go) => {
        if (site === 'alpha') throw new CrmError('unreachable', 'no connection', { unknown: false, passes: true })
        return go()
      }
      const report = await undo()
      expect(report.failed).toEqual([
        { site: 'gone', message: 'there is no such site any more' },
        { site: 'alpha', message: 'no connection' },
      ])
      expect([await held('alpha'), await held('beta')]).toEqual([20, 0])
      expect(await bench.undos.list(1)).toMatchObject([{ result: { failed: 2, released: 20 } }])
      disturb = async (_site, _call, go) => go()
      expect(await undo()).toMatchObject({ released: 20, optedIn: 2 })
    })

    it('sees what became of a call whose answer was lost', async () => {
      await outage('alpha', 20)
      disturb = async (_site, call, go) => {
        if (call === 'release') {
          await go()
          throw new CrmError('timeout', 'no answer', { unknown: true, passes: true })
        }
        return go()
      }
      expect(await undo()).toMatchObject({ released: 0, failed: [{ site: 'alpha', message: 'no answer' }] })
      expect([await held('alpha'), await wanted()]).toEqual([0, 0])
      await time.advance(hour)
      disturb = async (_site, _call, go) => go()
      expect(await undo()).toMatchObject({ effects: { done: 20, undo: 2, left: 0 }, released: 0, optedIn: 2 })
      expect(await wanted()).toBe(20)
    })

    it('says that it is at work while a CRM takes its time, and no other begins', async () => {
      await outage('alpha', 1)
      const { promise, resolve } = Promise.withResolvers<void>()
      const called = Promise.withResolvers<void>()
      disturb = async (_site, call, go) => {
        if (call === 'release') {
          called.resolve()
          await promise
        }
        return go()
      }
      const running = undo()
      await called.promise
      for (let round = 0; round < 8; round += 1) {
        await time.advance(undoLeaseMs / 2)
        // The word goes to a database, perhaps on another machine. Only when it has arrived is the next one waited for;
        // time that runs on before looks like a process that stood still.
        await expect.poll(() => time.timers).toHaveLength(1)
        const [running_] = await bench.undos.list(1)
        expect(running_!.heardAt).toBeGreaterThan(time.now() - undoLeaseMs / 2)
      }
      await expect(undo()).rejects.toMatchObject({ code: 'UNDO_UNDER_WAY' })
      resolve()
      expect(await running).toMatchObject({ released: 1 })
      expect(time.timers).toEqual([])
    })

    it('ends when another has begun since, and changes nothing more', async () => {
      await outage('alpha', 1)
      disturb = async (_site, call, go) => {
        if (call === 'findAddresses') {
          // As of a process that stood still.
          const [running] = await bench.undos.list(1)
          await bench.undos.end(running!.id, null, time.now())
          await bench.undos.begin({ begunAt: time.now(), askedBy: 'bo', why: '', chosen: {} })
        }
        return go()
      }
      await expect(undo()).rejects.toMatchObject({ code: 'UNDO_UNDER_WAY' })
      expect(await held('alpha')).toBe(1)
    })

    it('lets everybody else have his turn', async () => {
      await outage('alpha', 300)
      let turns = 0
      const over = new AbortController()
      const others = async (): Promise<void> => {
        while (!over.signal.aborted) {
          await setImmediate()
          turns += 1
        }
      }
      const counting = others()
      await undo({ dryRun: true, filter: { domain: 'elsewhere.example' } })
      over.abort()
      await counting
      expect(turns).toBeGreaterThan(250)
    })
  })
}
