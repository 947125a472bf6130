import { afterEach, describe, expect, it } from 'vitest'
import type { BounceToRecord } from '../civicrm/crm.ts'
import { type Reader, RecorderScene } from '../testing/recorderScene.ts'
import type { Behaviour, Rule } from '../testing/scriptedCrm.ts'

const scenes: RecorderScene[] = []
afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene[Symbol.asyncDispose]()
})

function make(options?: Parameters<typeof RecorderScene.make>[0]): RecorderScene {
  const scene = RecorderScene.make(options)
  scenes.push(scene)
  return scene
}

const minute = 60_000
const hour = 60 * minute

/** Requests that hold this reader's bounce go wrong; all others pass. */
function poisoned(reader: Reader, behaviour: Behaviour): Rule {
  return (call, items) => (call === 'recordBounces' && isAbout(items, reader) ? behaviour : null)
}

function isAbout(items: readonly unknown[], { row }: Reader): boolean {
  return (items as readonly BounceToRecord[]).some(({ reference }) => reference.queueId === row.queueId)
}

/** Lets others come by all the while: whose fault a failure is, shows only beside those that pass. */
async function live(scene: RecorderScene, hours: number): Promise<readonly Reader[]> {
  const others: Reader[] = []
  for (let step = 0; step < hours * 2; step += 1) {
    const other = scene.reader()
    others.push(other)
    await scene.accept(scene.about(other))
    await scene.pass(30 * minute)
  }
  return others
}

describe('one bad item among good ones', () => {
  it.each<readonly [string, Behaviour]>([
    ['a firewall that stumbles over its text', { does: 'fail', kind: 'credential', passes: false }],
    ['an internal error that did nothing', { does: 'fail', kind: 'server' }],
    ['a page instead of an answer', { does: 'fail', kind: 'address', passes: false }],
  ])('is found at once where nothing was done: %s', async (_, behaviour) => {
    const scene = make()
    const readers = scene.readers(60)
    scene.crm.rule = poisoned(readers[41]!, behaviour)
    await scene.start()
    const ids = await scene.bounceAll(readers)
    await scene.settle()
    expect(scene.rows(readers)).toEqual(readers.map((reader) => (reader === readers[41] ? [] : ['Invalid'])))
    expect(scene.toldOf('breakerOpened')).toEqual([])
    expect(scene.callSizes().length).toBeLessThanOrEqual(14)
    expect(await scene.notification(ids[41]!)).toMatchObject({ state: 'waiting', code: 'RECORD_FAILED', attempts: 1 })
  })

  it.each<readonly [string, Behaviour]>([
    ['fails its whole request', { does: 'fail', kind: 'server' }],
    ['brings down PHP', { does: 'unknown', done: false, kind: 'server' }],
    ['makes CiviCRM hang', { does: 'unknown', done: false, kind: 'timeout' }],
  ])('becomes a dead letter with its reason, and nobody else pays, where it %s', async (_, behaviour) => {
    const scene = make({ limits: { maxAttempts: 3 } })
    const readers = scene.readers(20)
    scene.crm.rule = poisoned(readers[7]!, behaviour)
    await scene.start()
    const ids = await scene.bounceAll(readers)
    const others = await live(scene, 6)
    const good = [...readers.filter((reader) => reader !== readers[7]), ...others]
    expect(scene.rows(good)).toEqual(good.map(() => ['Invalid']))
    expect(scene.rows([readers[7]!])).toEqual([[]])
    expect(scene.toldOf('deadLetter')).toMatchObject([{ notificationId: ids[7], code: 'RECORD_GAVE_UP' }])
    expect((await scene.notification(ids[7]!)).state).toBe('dead')
  })

  it('is told of by its own answer, tried again with pauses, and then set aside', async () => {
    const scene = make({ limits: { maxAttempts: 3 } })
    const readers = scene.readers(5)
    const bad = readers[2]!
    scene.crm.rule = (call) =>
      call === 'recordBounces'
        ? {
            does: 'each',
            say: ({ reference }) =>
              reference.queueId === bad.row.queueId
                ? { outcome: 'failed', retry: true, unknown: false, message: 'DB Error: unknown error' }
                : null,
          }
        : null
    await scene.start()
    const ids = await scene.bounceAll(readers)
    await scene.settle()
    expect(scene.rows(readers)).toEqual([['Invalid'], ['Invalid'], [], ['Invalid'], ['Invalid']])
    await live(scene, 3)
    expect(await scene.notification(ids[2]!)).toMatchObject({ state: 'dead', reason: 'DB Error: unknown error' })
    expect((await scene.effectStates()).filter((state) => state !== 'done')).toEqual(['planned'])
  })

  it('that is refused for good is a dead letter at once, and is tried again when it is replayed', async () => {
    const scene = make()
    const readers = scene.readers(3)
    scene.crm.script('recordBounces', {
      does: 'each',
      say: ({ reference }) =>
        reference.queueId === readers[1]!.row.queueId
          ? { outcome: 'failed', retry: false, unknown: false, message: 'Mandatory key(s) missing: body' }
          : null,
    })
    await scene.start()
    const ids = await scene.bounceAll(readers)
    await scene.settle()
    expect(await scene.notification(ids[1]!)).toMatchObject({ state: 'dead', code: 'RECORD_REFUSED' })
    expect(await scene.effectStates()).toEqual(['done', 'done', 'refused'])
    await scene.inbox.revive([ids[1]!], scene.time.now())
    await scene.settle()
    expect(scene.rows(readers)).toEqual([['Invalid'], ['Invalid'], ['Invalid']])
    expect(await scene.effectStates()).toEqual(['done', 'done', 'done'])
  })

  it('that breaks a read is found like one that breaks a write', async () => {
    const scene = make()
    const readers = scene.readers(30)
    scene.crm.rule = (call, items) =>
      call === 'findAddresses' && items.includes(readers[3]!.email) ? { does: 'fail', kind: 'server' } : null
    await scene.start()
    const ids = await scene.bounceAll(readers)
    await scene.settle()
    expect(scene.rows(readers)).toEqual(readers.map((reader) => (reader === readers[3] ? [] : ['Invalid'])))
    expect(await scene.notification(ids[3]!)).toMatchObject({ state: 'waiting', code: 'RECORD_FAILED' })
  })

  it('that breaks a hold is found, and the others are held', async () => {
    const scene = make()
    const people = ['one', 'two', 'three', 'four'].map((name) => scene.crm.addPerson(`${name}@example.net`))
    scene.crm.rule = (call, items) =>
      call === 'hold' && items.includes(people[1]!.emailId) ? { does: 'unknown', done: false, kind: 'server' } : null
    await Promise.all(people.map(async ({ email }) => scene.accept(scene.aboutAddress(email))))
    await scene.start()
    await scene.settle()
    expect(people.map((person) => scene.crm.stateOf(person).onHold)).toEqual([1, 0, 1, 1])
  })

  it('does not stop the line, were there many of them at its head', async () => {
    const scene = make()
    const [bad, good] = [scene.readers(12), scene.readers(12)]
    scene.crm.rule = (call, items) =>
      call === 'recordBounces' && bad.some((reader) => isAbout(items, reader))
        ? { does: 'fail', kind: 'credential', passes: false }
        : null
    await scene.start()
    await scene.bounceAll([...bad, ...good])
    await scene.pass(hour)
    expect(scene.rows(good)).toEqual(good.map(() => ['Invalid']))
  })

  it("that is alone with its site is not given up for a fault that may be the site's", async () => {
    const scene = make({ limits: { maxAttempts: 3 } })
    const [reader] = scene.readers(1)
    scene.crm.rule = (call) => (call === 'recordBounces' ? { does: 'fail', kind: 'server' } : null)
    await scene.start()
    const id = await scene.accept(scene.about(reader!))
    await scene.pass(2 * hour)
    expect(await scene.notification(id)).toMatchObject({ state: 'waiting', attempts: 0 })
    scene.crm.rule = () => null
    await scene.pass(hour)
    expect(scene.rows([reader!])).toEqual([['Invalid']])
  })
})

describe('a notification that cannot be read', () => {
  it('is a dead letter with its reason, and the rest of the batch goes on', async () => {
    const scene = make()
    const [reader] = scene.readers(1)
    await scene.accept('', { raw: '{"Type":"Notification"' })
    await scene.accept(scene.about(reader!))
    await scene.start()
    await scene.settle()
    expect(await scene.notification(1)).toMatchObject({ state: 'dead', code: 'RECORD_UNREADABLE', attempts: 1 })
    expect((await scene.notification(1)).reason).toContain('not JSON')
    expect(scene.rows([reader!])).toEqual([['Invalid']])
  })

  it('ends as a dead letter also where it breaks the program, and is handled alone from the third time on', async () => {
    const scene = make({ limits: { maxAttempts: 5 } })
    const readers = scene.readers(3)
    const { plan } = scene.ledger
    scene.ledger.plan = async (events) => {
      if (events.some(({ key }) => key.recipient === readers[1]!.email)) throw new TypeError('a bug')
      return plan(events)
    }
    await scene.start()
    const ids = await scene.bounceAll(readers)
    await scene.pass(4 * hour)
    expect(scene.rows(readers)).toEqual([['Invalid'], [], ['Invalid']])
    expect(await scene.notification(ids[1]!)).toMatchObject({
      state: 'dead',
      code: 'RECORD_BROKEN_OFF',
      reason: 'a bug',
    })
    expect(scene.toldOf('fault').length).toBeGreaterThanOrEqual(5)
  })

  it('ends as a dead letter also where it ends the process, and takes none with it that was claimed beside it', async () => {
    const scene = make({ limits: { maxAttempts: 3, aloneAfter: 1, maxBrokenOff: 6 } })
    const readers = scene.readers(6)
    const { plan } = scene.ledger
    let ends = 0
    scene.ledger.plan = async (events) => {
      if (!events.some(({ key }) => key.recipient === readers[1]!.email)) return plan(events)
      ends += 1
      void scene.kill()
      return new Promise(() => undefined)
    }
    const ids = await scene.bounceAll(readers)
    for (let life = 0; life < 12; life += 1) {
      await scene.start()
      await scene.pass(minute)
      await scene.kill()
    }
    expect(scene.rows(readers)).toEqual(readers.map((_, index) => (index === 1 ? [] : ['Invalid'])))
    expect(await scene.notificationStates(ids)).toEqual(ids.map((_, index) => (index === 1 ? 'dead' : 'recorded')))
    expect(await scene.notification(ids[1]!)).toMatchObject({ code: 'RECORD_BROKEN_OFF' })
    expect(scene.toldOf('deadLetter')).toMatchObject([{ notificationId: ids[1] }])
    expect(ends).toBe(6)
  })

  it('ends as a dead letter also where what the ledger has of its event is damaged, and the others go on', async () => {
    const scene = make({ limits: { maxAttempts: 5 } })
    const readers = scene.readers(3)
    await scene.accept(scene.about(readers[1]!))
    await scene.start()
    await scene.settle()
    await scene.database.commit(() => scene.database.connection.exec(`UPDATE mail_event SET decision = x'00'`))
    const ids = await scene.bounceAll(readers)
    await scene.pass(4 * hour)
    expect(scene.rows(readers)).toEqual([['Invalid'], ['Invalid'], ['Invalid']])
    expect(await scene.notification(ids[1]!)).toMatchObject({
      state: 'dead',
      code: 'RECORD_BROKEN_OFF',
      reason: expect.stringContaining('mail event 1 cannot be read'),
    })
  })

  it('keeps nobody up after a start, where what the ledger has of its unfinished event is damaged', async () => {
    const scene = make({ limits: { maxAttempts: 5 } })
    const [bad, other] = scene.readers(2)
    scene.crm.script('recordBounces', { does: 'unknown', done: false })
    await scene.start()
    const id = await scene.accept(scene.about(bad!))
    await scene.settle()
    await scene.kill()
    await scene.database.commit(() => scene.database.connection.exec(`UPDATE mail_event SET decision = x'00'`))
    await scene.accept(scene.about(other!))
    await scene.start()
    await scene.settle()
    expect(scene.rows([bad!, other!])).toEqual([[], ['Invalid']])
    await scene.pass(4 * hour)
    expect(await scene.notification(id)).toMatchObject({ state: 'dead', code: 'RECORD_BROKEN_OFF' })
  })
})
