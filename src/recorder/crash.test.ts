import { afterEach, describe, expect, it } from 'vitest'
import { civicrmSite, conclusiveMs, RecorderScene } from '../testing/recorderScene.ts'
import { seamNames } from './seam.ts'

const scenes: RecorderScene[] = []
afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene[Symbol.asyncDispose]()
})

function make(readBack: boolean): RecorderScene {
  const scene = RecorderScene.make({ readBack })
  scenes.push(scene)
  return scene
}

const hour = 3_600_000

describe.each([
  { name: 'a credential that can look', readBack: true },
  { name: 'a credential that cannot look', readBack: false },
])('a process that dies, with $name', ({ readBack }) => {
  it.each(seamNames)('at "%s" loses nothing and doubles nothing', async (at) => {
    const scene = make(readBack)
    const readers = scene.readers(3)
    const complaint = scene.about(readers[0]!, { kind: 'Complaint' })
    const ids = [...(await scene.bounceAll(readers)), await scene.accept(complaint)]
    await scene.start({ at })
    await scene.settle()
    expect(scene.died).toBe(true)
    await scene.start()
    await scene.pass(hour)

    // Begun and not answered is the one thing that cannot be known without looking.
    const unknowable = !readBack && ['begun', 'called', 'answered'].includes(at)
    const done = at !== 'begun' || readBack
    expect(scene.rows(readers)).toEqual(done ? [['Invalid', 'Spam'], ['Invalid'], ['Invalid']] : [[], [], []])
    expect(await scene.effectStates()).toEqual(
      unknowable ? ['done', ...Array.from({ length: 4 }, () => 'uncertain')] : Array.from({ length: 5 }, () => 'done'),
    )
    expect(scene.toldOf('uncertain')).toHaveLength(unknowable ? 4 : 0)
    expect(scene.crm.stateOf(readers[0]!).optedOut).toBe(true)
    expect(await scene.notificationStates(ids)).toEqual(ids.map(() => 'recorded'))
  })

  it('again and again at the same place records all the same', async () => {
    const scene = make(readBack)
    const readers = scene.readers(4)
    const ids = await scene.bounceAll(readers)
    for (let life = 0; life < 6; life += 1) {
      await scene.start({ at: 'planned' })
      await scene.settle()
      expect(scene.died).toBe(true)
    }
    await scene.start()
    await scene.pass(hour)
    expect(scene.rows(readers)).toEqual(readers.map(() => ['Invalid']))
    expect(await scene.notificationStates(ids)).toEqual(ids.map(() => 'recorded'))
  })
})

describe('a call whose answer nobody knows', () => {
  it('is looked for only when it can no longer be running', async () => {
    const scene = make(true)
    const [reader] = scene.readers(1)
    // CiviCRM writes the row long after the process has died.
    scene.crm.script('recordBounces', { does: 'late', ms: 300_000 })
    const id = await scene.accept(scene.about(reader!))
    await scene.start({ at: 'called' })
    await scene.settle()
    await scene.start()
    await scene.settle()
    const { nextAttemptAt, attempts, code } = await scene.notification(id)
    expect(nextAttemptAt).toBe(scene.time.now() + conclusiveMs)
    expect(code).toBe('RECORD_ANSWER_UNKNOWN')
    // The claim that the death cut short counts, the wait does not.
    expect(attempts).toBe(1)
    await scene.pass(conclusiveMs - 1)
    expect(scene.crm.callsOf('findRecorded')).toEqual([])
    expect(scene.callSizes()).toEqual([1])
    await scene.pass(1)
    expect(scene.crm.callsOf('findRecorded')).toHaveLength(1)
    expect(scene.rows([reader!])).toEqual([['Invalid']])
    expect(scene.callSizes()).toEqual([1])
    expect((await scene.notification(id)).state).toBe('recorded')
  })

  it('is waited for to the whole millisecond, in which times are stored, where its patience is given with fractions', async () => {
    const patience = { timeoutSeconds: 1.0005, longestRequestSeconds: 2 }
    const crm = { type: 'civicrm', url: 'https://crm.example.org', ...patience } as const
    const scene = RecorderScene.make({ sites: [civicrmSite('main', { crm })] })
    scenes.push(scene)
    const reader = scene.reader()
    scene.crm.script('recordBounces', { does: 'unknown', done: true })
    const id = await scene.accept(scene.about(reader))
    await scene.start()
    await scene.settle()
    expect(await scene.notification(id)).toMatchObject({ state: 'waiting', code: 'RECORD_ANSWER_UNKNOWN' })
    await scene.pass(conclusiveMs)
    expect((await scene.notification(id)).state).toBe('recorded')
    expect(scene.rows([reader])).toEqual([['Invalid']])
  })

  it('is made again where the look finds nothing', async () => {
    const scene = make(true)
    const [reader] = scene.readers(1)
    scene.crm.script('recordBounces', { does: 'unknown', done: false })
    await scene.start()
    await scene.accept(scene.about(reader!))
    await scene.pass(conclusiveMs)
    expect(scene.callSizes()).toEqual([1, 1])
    expect(scene.rows([reader!])).toEqual([['Invalid']])
    expect(await scene.effectStates()).toEqual(['done'])
  })

  it('is not made again where the look finds it', async () => {
    const scene = make(true)
    const [reader] = scene.readers(1)
    scene.crm.script('recordBounces', { does: 'unknown', done: true })
    await scene.start()
    await scene.accept(scene.about(reader!))
    await scene.pass(conclusiveMs)
    expect(scene.callSizes()).toEqual([1])
    expect(await scene.events()).toMatchObject([
      { effects: [{ state: 'done', answer: 'found in CiviCRM after its call went unanswered' }] },
    ])
  })

  it('stays uncertain without a look, and can be learnt later by a credential that looks', async () => {
    const scene = make(false)
    const [done, undone] = scene.readers(2)
    await scene.start()
    scene.crm.script('recordBounces', { does: 'unknown', done: true })
    const first = await scene.accept(scene.about(done!))
    await scene.settle()
    scene.crm.script('recordBounces', { does: 'unknown', done: false })
    const second = await scene.accept(scene.about(undone!))
    await scene.pass(2 * conclusiveMs)
    expect(await scene.effectStates()).toEqual(['uncertain', 'uncertain'])
    expect(await scene.notificationStates([first, second])).toEqual(['recorded', 'recorded'])

    await scene.inbox.revive([first], scene.time.now())
    await scene.settle()
    expect(scene.toldOf('uncertain')).toHaveLength(2)

    scene.crm.readBack = true
    await scene.inbox.revive([first, second], scene.time.now())
    await scene.settle()
    expect(await scene.effectStates()).toEqual(['done', 'done'])
    expect(scene.rows([done!, undone!])).toEqual([['Invalid'], ['Invalid']])
  })

  it('of holds and opt-outs is no question: they are made again at once', async () => {
    const scene = make(false)
    const person = scene.crm.addPerson('member@example.net')
    scene.crm.script('optOut', { does: 'unknown', done: true })
    await scene.start()
    await scene.accept(scene.aboutAddress(person.email, { kind: 'Complaint' }))
    await scene.pass(60_000)
    expect(scene.crm.callsOf('optOut')).toHaveLength(2)
    expect(scene.crm.stateOf(person).optedOut).toBe(true)
    expect(await scene.effectStates()).toEqual(['done'])
  })

  it('that is answered after another process took over changes nothing', async () => {
    const scene = make(true)
    const [reader] = scene.readers(1)
    scene.crm.script('recordBounces', { does: 'slow', ms: 2 * conclusiveMs })
    await scene.accept(scene.about(reader!))
    await scene.start()
    await scene.settle()
    // The first process hangs rather than dies: it still waits for its answer, and its claims run out.
    scene.abandon()
    await scene.start()
    await scene.pass(conclusiveMs)
    expect(scene.rows([reader!])).toEqual([['Invalid']])
    const before = await scene.events()
    expect(before).toMatchObject([
      { effects: [{ state: 'done', answer: 'found in CiviCRM after its call went unanswered' }] },
    ])
    await scene.pass(2 * conclusiveMs)
    expect(await scene.events()).toEqual(before)
    expect(scene.rows([reader!])).toEqual([['Invalid']])
  })

  it('is not made at all where storing its intent took so long that the look would come too early', async () => {
    const scene = make(true)
    const [reader] = scene.readers(1)
    const { begin } = scene.ledger
    let slow = true
    scene.ledger.begin = async (...given) => {
      const begun = await begin(...given)
      if (slow) await scene.time.advance(11_000)
      slow = false
      return begun
    }
    await scene.start()
    await scene.accept(scene.about(reader!))
    await scene.settle()
    expect(scene.callSizes()).toEqual([])
    expect(await scene.effectStates()).toEqual(['planned'])
    await scene.pass(60_000)
    expect(scene.callSizes()).toEqual([1])
    expect(await scene.effectStates()).toEqual(['done'])
  })
})
