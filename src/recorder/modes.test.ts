import { makingNameless } from '../ledger/sqlite/nameless.ts'
import { underWay } from '../persons/places.ts'
import { testPseudonyms } from '../testing/testPseudonyms.ts'
import { afterEach, describe, expect, it } from 'vitest'
import { GatewayError } from '../errors/gatewayError.ts'
import { civicrmSite, conclusiveMs, RecorderScene } from '../testing/recorderScene.ts'

const scenes: RecorderScene[] = []
afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene[Symbol.asyncDispose]()
})

function make(options?: Parameters<typeof RecorderScene.make>[0]): RecorderScene {
  const scene = RecorderScene.make(options)
  scenes.push(scene)
  return scene
}

const watched = civicrmSite('main', { mode: 'watch' })
const minute = 60_000

describe('a site that is only watched', () => {
  it('has everything decided and shown, and nothing written', async () => {
    const scene = make({ sites: [watched] })
    const [reader, other] = scene.readers(2)
    const person = scene.crm.addPerson('member@example.net')
    await scene.start()
    await scene.accept(scene.about(reader!))
    await scene.accept(scene.about(other!, { kind: 'Complaint' }))
    await scene.accept(scene.aboutAddress(person.email))
    const rejected = await scene.accept(scene.about(reader!, { kind: 'Reject', messageId: 'rejected' }))
    await scene.settle()
    expect(new Set(scene.crm.calls.map(({ call }) => call))).toEqual(new Set(['findAddresses', 'findQueueRows']))
    expect(await scene.effectStates()).toEqual(Array.from({ length: 5 }, () => 'watched'))
    expect((await scene.events()).map(({ decision }) => decision.rule)).toContain('bounce-permanent')
    expect((await scene.notification(rejected)).state).toBe('recorded')
    expect(scene.toldOf('alarm')).toHaveLength(1)
  })

  it('does not carry out later what was only watched, even if it is reported again', async () => {
    const scene = make({ sites: [watched] })
    const [reader] = scene.readers(1)
    await scene.start()
    const id = await scene.accept(scene.about(reader!))
    await scene.settle()
    await scene.settings.saveSite(civicrmSite('main'))
    await scene.accept(scene.about(reader!, { dialect: 'eventPublishing' }))
    await scene.inbox.revive([id], scene.time.now())
    await scene.settle()
    expect(scene.rows([reader!])).toEqual([[]])
    expect(await scene.effectStates()).toEqual(['watched'])
  })

  it('has bounces counted that the gateway counts itself, so that the third one holds, watched or not', async () => {
    const scene = make({ sites: [watched] })
    const person = scene.crm.addPerson('member@example.net')
    const soft = async (messageId: string): Promise<void> => {
      await scene.accept(scene.aboutAddress(person.email, { bounceType: 'Transient', messageId }))
      await scene.settle()
    }
    await scene.start()
    await soft('first')
    await soft('second')
    await scene.settings.saveSite(civicrmSite('main'))
    await soft('third')
    expect(scene.crm.stateOf(person).onHold).toBe(1)
    expect(await scene.effectStates()).toEqual(['done', 'watched', 'watched'])
  })

  it('still learns what became of calls from before', async () => {
    const scene = make()
    const [done, undone] = scene.readers(2)
    scene.crm.script('recordBounces', { does: 'unknown', done: true })
    await scene.start()
    await scene.accept(scene.about(done!))
    await scene.settle()
    scene.crm.script('recordBounces', { does: 'unknown', done: false })
    await scene.pass(5000)
    await scene.accept(scene.about(undone!))
    await scene.settle()
    await scene.settings.saveSite(watched)
    await scene.pass(2 * conclusiveMs)
    expect(scene.rows([done!, undone!])).toEqual([['Invalid'], []])
    expect(await scene.effectStates()).toEqual(['done', 'watched'])
  })
})

describe('a site that is set to watch or paused while a batch runs', () => {
  it.each([
    ['watch', 'watched'],
    ['paused', 'planned'],
  ] as const)('gets no further call of it (%s)', async (mode, state) => {
    const crm = { type: 'civicrm', url: 'https://crm.example.org', batchSize: 2 } as const
    const scene = make({ sites: [civicrmSite('main', { crm })] })
    const readers = scene.readers(6)
    scene.crm.script('recordBounces', { does: 'slow', ms: 3000 })
    await scene.bounceAll(readers)
    await scene.start()
    await scene.settle()
    await scene.settings.saveSite(civicrmSite('main', { crm, mode }))
    await scene.pass(minute)
    expect(scene.callSizes()).toEqual([2])
    expect(await scene.effectStates()).toEqual(['done', 'done', state, state, state, state])

    await scene.settings.saveSite(civicrmSite('main', { crm }))
    await scene.pass(minute)
    expect(scene.rows(readers).flat()).toHaveLength(mode === 'paused' ? 6 : 2)
  })

  it('gets no opt-out either, though its bounce was recorded', async () => {
    const scene = make()
    const [reader] = scene.readers(1)
    scene.crm.script('recordBounces', { does: 'slow', ms: 3000 })
    await scene.start()
    await scene.accept(scene.about(reader!, { kind: 'Complaint' }))
    await scene.settle()
    await scene.settings.saveSite(watched)
    await scene.pass(minute)
    expect(scene.rows([reader!])).toEqual([['Spam']])
    expect(scene.crm.callsOf('optOut')).toEqual([])
    expect(await scene.effectStates()).toEqual(['done', 'watched'])
  })
})

describe('a site that is paused', () => {
  it('has everything kept, untouched, until it goes on', async () => {
    const scene = make({ sites: [civicrmSite('main', { mode: 'paused' })] })
    const readers = scene.readers(3)
    await scene.start()
    const ids = await scene.bounceAll(readers)
    await scene.pass(60 * minute)
    expect(scene.crm.calls).toEqual([])
    expect(await scene.notification(ids[0]!)).toMatchObject({ state: 'waiting', attempts: 0 })
    await scene.settings.saveSite(civicrmSite('main'))
    await scene.settle()
    expect(scene.rows(readers)).toEqual([['Invalid'], ['Invalid'], ['Invalid']])
  })
})

describe('sites that come and go', () => {
  it('get their lane when they come, with what already waits for them', async () => {
    const scene = make()
    const [reader] = scene.readers(1)
    await scene.start()
    await scene.accept(scene.about(reader!), { site: 'second' })
    await scene.pass(minute)
    expect(scene.rows([reader!])).toEqual([[]])
    await scene.settings.saveSite(civicrmSite('second'))
    await scene.settle()
    expect(scene.rows([reader!])).toEqual([['Invalid']])
  })

  it('keep what waits when they go, and take it up when they come back', async () => {
    const scene = make()
    const [reader] = scene.readers(1)
    await scene.start()
    await scene.settle()
    await scene.settings.removeSite('main')
    await scene.settle()
    const id = await scene.accept(scene.about(reader!))
    await scene.pass(60 * minute)
    expect((await scene.notification(id)).state).toBe('waiting')
    await scene.settings.saveSite(civicrmSite('main'))
    await scene.settle()
    expect(scene.rows([reader!])).toEqual([['Invalid']])
  })

  it('that cannot be read for a while end nothing, and it is told', async () => {
    const scene = make()
    const reader = scene.reader()
    scene.crm.script('recordBounces', { does: 'slow', ms: 5000 })
    await scene.start()
    await scene.accept(scene.about(reader))
    await scene.settle()
    await scene.settings.removeSite('main')
    const sites = scene.settings.sites.bind(scene.settings)
    scene.settings.sites = () => {
      throw new GatewayError('SITE_INVALID', 'a newer version wrote it')
    }
    await scene.settings.saveSite(civicrmSite('other'))
    await scene.pass(5000)
    expect(scene.toldOf('fault')).toMatchObject([{ where: 'opening lanes' }, { where: 'opening lanes' }])
    scene.settings.sites = sites
    await scene.settings.saveSite(civicrmSite('main'))
    await scene.settle()
    expect(
      scene.recorder
        .lanes()
        .map(({ site }) => site)
        .toSorted(),
    ).toEqual(['', 'main', 'other'])
  })

  it('end the call under way when they go, and do not begin a second lane beside it when they come back', async () => {
    const scene = make()
    const [reader, other] = scene.readers(2)
    scene.crm.script('recordBounces', { does: 'slow', ms: 5000 })
    await scene.start()
    await scene.accept(scene.about(reader!))
    await scene.settle()
    await scene.settings.removeSite('main')
    await scene.settings.saveSite(civicrmSite('main'))
    await scene.accept(scene.about(other!))
    await scene.settle()
    expect(scene.rows([other!])).toEqual([[]])
    await scene.pass(5000)
    expect(scene.rows([reader!, other!])).toEqual([['Invalid'], ['Invalid']])
    expect(scene.crm.closed).toBe(1)
  })
})

describe('stopping', () => {
  it('lets the call under way end, begins no other, and gives back the rest', async () => {
    const site = civicrmSite('main', { crm: { type: 'civicrm', url: 'https://crm.example.org', batchSize: 2 } })
    const scene = make({ sites: [site] })
    const readers = scene.readers(5)
    scene.crm.script('recordBounces', { does: 'slow', ms: 3000 })
    const ids = await scene.bounceAll(readers)
    await scene.start()
    await scene.settle()
    const stopped = scene.recorder.stop(10_000)
    await scene.pass(3000)
    await stopped
    expect(scene.callSizes()).toEqual([2])
    expect(await scene.effectStates()).toEqual(['done', 'done', 'planned', 'planned', 'planned'])
    expect(await scene.notificationStates(ids)).toEqual(['recorded', 'recorded', 'waiting', 'waiting', 'waiting'])
    expect(await scene.notification(ids[4]!)).toMatchObject({ attempts: 0, code: 'RECORD_POSTPONED', leaseUntil: null })
    expect(scene.crm.closed).toBe(1)
    expect(scene.time.timers).toEqual([])
    expect(scene.recorder.stop(1)).toBeInstanceOf(Promise)
  })

  it('breaks off at the deadline a call that does not end, and knows after the next start that it may be done', async () => {
    const scene = make()
    const [reader] = scene.readers(1)
    scene.crm.script('recordBounces', { does: 'hang' })
    const id = await scene.accept(scene.about(reader!))
    await scene.start()
    await scene.settle()
    const stopped = scene.recorder.stop(10_000)
    await scene.pass(9999)
    expect(await scene.effectStates()).toEqual(['calling'])
    await scene.pass(1)
    await stopped
    expect(await scene.notification(id)).toMatchObject({ state: 'waiting', attempts: 0, code: 'RECORD_ANSWER_UNKNOWN' })
    expect(scene.toldOf('breakerOpened')).toEqual([])
    await scene.start()
    await scene.pass(conclusiveMs)
    expect(scene.rows([reader!])).toEqual([['Invalid']])
  })

  it('breaks off at the deadline also the call of a site that has gone just before', async () => {
    const scene = make()
    scene.crm.script('recordBounces', { does: 'hang' })
    const id = await scene.accept(scene.about(scene.reader()))
    await scene.start()
    await scene.settle()
    await scene.settings.removeSite('main')
    await scene.settle()
    let isOver = false
    const stopped = scene.recorder.stop(5000).then(() => (isOver = true))
    await scene.pass(4999)
    expect(isOver).toBe(false)
    await scene.pass(1)
    expect(isOver).toBe(true)
    await stopped
    expect(await scene.notification(id)).toMatchObject({ state: 'waiting', code: 'RECORD_ANSWER_UNKNOWN' })
  })

  it('is quick where nothing is under way', async () => {
    const scene = make()
    await scene.start()
    await scene.settle()
    await scene.recorder.stop(10_000)
    expect(scene.time.timers).toEqual([])
    expect(scene.settings.listeners).toBe(0)
  })
})

describe('a lease', () => {
  it('is renewed while a batch runs long', async () => {
    const scene = make()
    const [reader] = scene.readers(1)
    scene.crm.script('findAddresses', { does: 'slow', ms: 10 * minute })
    await scene.start()
    const id = await scene.accept(scene.about(reader!))
    await scene.pass(5 * minute)
    expect((await scene.notification(id)).leaseUntil).toBeGreaterThan(scene.time.now())
    await scene.pass(5 * minute)
    expect((await scene.notification(id)).state).toBe('recorded')
  })

  it('that went to another is noticed: nothing more is begun under it', async () => {
    const scene = make()
    const [reader] = scene.readers(1)
    scene.crm.script('findAddresses', { does: 'slow', ms: 30_000 })
    await scene.start()
    const id = await scene.accept(scene.about(reader!))
    await scene.settle()
    await scene.inbox.releaseLane('main')
    const now = scene.time.now()
    await scene.inbox.claim({ owner: 'another', site: 'main', limit: 10, now, leaseUntil: now + 60 * minute })
    await scene.pass(30_000)
    expect(scene.callSizes()).toEqual([])
    expect(await scene.notification(id)).toMatchObject({ state: 'waiting', leaseUntil: now + 60 * minute })
  })
})

describe('a database that cannot be written', () => {
  const full = new GatewayError('STORAGE_UNAVAILABLE', 'the disk is full')

  it('costs no answer of the CRM: it is kept and written later, also by a credential that cannot look', async () => {
    const scene = make({ readBack: false })
    const [reader] = scene.readers(1)
    const { settle } = scene.ledger
    let broken = true
    scene.ledger.settle = async (outcomes) => {
      if (broken) throw full
      return settle(outcomes)
    }
    await scene.start()
    const id = await scene.accept(scene.about(reader!))
    await scene.pass(5 * minute)
    expect(await scene.effectStates()).toEqual(['calling'])
    broken = false
    await scene.pass(minute)
    expect(await scene.effectStates()).toEqual(['done'])
    expect((await scene.notification(id)).state).toBe('recorded')
    expect(scene.toldOf('uncertain')).toEqual([])
    expect(scene.toldOf('fault').length).toBeGreaterThan(3)
  })

  it('ends no lane and costs no attempt', async () => {
    const scene = make()
    const [reader] = scene.readers(1)
    const { plan } = scene.ledger
    let broken = true
    scene.ledger.plan = async (events) => {
      if (broken) throw full
      return plan(events)
    }
    await scene.start()
    const id = await scene.accept(scene.about(reader!))
    await scene.pass(5 * minute)
    expect(await scene.notification(id)).toMatchObject({ state: 'waiting', attempts: 0 })
    broken = false
    await scene.pass(minute)
    expect(scene.rows([reader!])).toEqual([['Invalid']])
  })

  it('keeps nothing back whose claim was stored, though its answer was lost', async () => {
    const scene = make()
    const [reader] = scene.readers(1)
    const { claim } = scene.inbox
    let lost = 0
    scene.inbox.claim = async (asked) => {
      const claimed = await claim(asked)
      if (claimed.length > 0 && lost++ === 0) throw full
      return claimed
    }
    await scene.start()
    const id = await scene.accept(scene.about(reader!))
    await scene.settle()
    expect((await scene.notification(id)).leaseUntil).toBeGreaterThan(scene.time.now() + 30_000)
    await scene.pass(10_000)
    expect((await scene.notification(id)).state).toBe('recorded')
    expect(scene.rows([reader!])).toEqual([['Invalid']])
  })

  it('keeps nothing back that could not be given back', async () => {
    const scene = make()
    const [reader] = scene.readers(1)
    const { plan } = scene.ledger
    const { settle } = scene.inbox
    let broken = true
    scene.ledger.plan = async (events) => {
      if (broken) throw full
      return plan(events)
    }
    scene.inbox.settle = async (owner, ends) => {
      if (broken) throw full
      return settle(owner, ends)
    }
    await scene.start()
    const id = await scene.accept(scene.about(reader!))
    await scene.settle()
    broken = false
    await scene.pass(10_000)
    expect((await scene.notification(id)).state).toBe('recorded')
  })

  it.each(['claim', 'plan'] as const)('does not keep a site shut whose probe it broke off (%s)', async (where) => {
    const scene = make()
    const [reader] = scene.readers(1)
    scene.crm.rule = () => ({ does: 'fail', kind: 'credential', passes: false })
    await scene.start()
    await scene.accept(scene.about(reader!))
    await scene.settle()
    expect(scene.recorder.openBreakers()).toEqual(['main'])
    scene.crm.rule = () => null
    const { claim } = scene.inbox
    const { plan } = scene.ledger
    let faults = 2
    const broken = (): boolean => {
      faults -= 1
      return faults >= 0
    }
    if (where === 'claim')
      scene.inbox.claim = async (request) => {
        if (request.site === 'main' && broken()) throw full
        return claim(request)
      }
    else
      scene.ledger.plan = async (events) => {
        if (broken()) throw full
        return plan(events)
      }
    await scene.pass(10 * minute)
    expect(faults).toBeLessThan(0)
    expect(scene.rows([reader!])).toEqual([['Invalid']])
    expect(scene.recorder.openBreakers()).toEqual([])
  })

  it('makes nobody work in vain while the claim itself fails', async () => {
    const scene = make()
    const { claim } = scene.inbox
    let tries = 0
    scene.inbox.claim = async (request) => {
      tries += 1
      if (tries < 50) throw full
      return claim(request)
    }
    await scene.start()
    await scene.pass(10 * minute)
    expect(tries).toBeLessThan(120)
  })
})

describe('a mail event that has become nameless', () => {
  it('has nothing done about it, though it is uncertain what became of it and the key can look by now', async () => {
    const scene = make({ readBack: false })
    const reader = scene.reader()
    scene.crm.script('recordBounces', { does: 'unknown', done: true, kind: 'timeout' })
    await scene.accept(scene.about(reader))
    await scene.start()
    await scene.pass(conclusiveMs + minute)
    expect(await scene.effectStates()).toEqual(['uncertain'])
    await scene.database.commit(() => makingNameless(scene.database)([1], underWay, testPseudonyms()))
    scene.crm.readBack = true
    const before = scene.crm.calls.length
    const id = await scene.accept(scene.about(reader))
    await scene.pass(60 * minute)
    expect(scene.crm.calls.slice(before)).toEqual([])
    expect(await scene.notificationStates([id])).toEqual(['recorded'])
    expect(await scene.effectStates()).toEqual(['uncertain'])
  })
})
