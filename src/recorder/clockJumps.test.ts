import { afterEach, describe, expect, it } from 'vitest'
import { GatewayError } from '../errors/gatewayError.ts'
import { conclusiveMs, RecorderScene } from '../testing/recorderScene.ts'
import { OpenCalls } from './state/openCalls.ts'

/** The clock of the machine is set forward or back, by an administrator or by NTP; no time passes by that. */

const scenes: RecorderScene[] = []
afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene[Symbol.asyncDispose]()
})

function make(): RecorderScene {
  const scene = RecorderScene.make()
  scenes.push(scene)
  return scene
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** A bounce whose call is given up by the client while CiviCRM goes on with it for so long. */
async function openCall(scene: RecorderScene, lateMs: number) {
  const reader = scene.reader()
  scene.crm.script('recordBounces', { does: 'late', ms: lateMs })
  const id = await scene.accept(scene.about(reader))
  await scene.start()
  await scene.settle()
  expect(await scene.notification(id)).toMatchObject({ state: 'waiting', code: 'RECORD_ANSWER_UNKNOWN' })
  return { reader, id }
}

describe('a call whose answer nobody knows', () => {
  it('is not looked for too early where the clock is set forward, so nothing is doubled', async () => {
    const scene = make()
    const { reader, id } = await openCall(scene, 300_000)
    scene.time.setClock(hour)
    await scene.pass(299_000)
    expect(scene.crm.callsOf('findRecorded')).toEqual([])
    await scene.pass(conclusiveMs)
    expect(scene.rows([reader])).toEqual([['Invalid']])
    expect(await scene.notificationStates([id])).toEqual(['recorded'])
    expect(scene.callSizes()).toEqual([1])
  })

  it('is looked for when it can no longer be running where the clock is set back, not a day later', async () => {
    const scene = make()
    const { reader, id } = await openCall(scene, 300_000)
    scene.time.setClock(-day)
    await scene.pass(conclusiveMs - 1)
    expect(scene.crm.callsOf('findRecorded')).toEqual([])
    await scene.pass(10 * minute)
    expect(scene.rows([reader])).toEqual([['Invalid']])
    expect(await scene.notificationStates([id])).toEqual(['recorded'])
    expect(scene.callSizes()).toEqual([1])
  })

  it('is waited for by the next process no longer than a call may last, however far the clock was set back', async () => {
    const scene = make()
    const { reader, id } = await openCall(scene, 300_000)
    await scene.kill()
    scene.time.setClock(-day)
    await scene.start()
    await scene.pass(conclusiveMs + 10 * minute)
    expect(scene.rows([reader])).toEqual([['Invalid']])
    expect(await scene.notificationStates([id])).toEqual(['recorded'])
    expect(scene.callSizes()).toEqual([1])
  })

  it('lasts by the process’s own time once it was met, and is forgotten when it was looked up', () => {
    const calls = new OpenCalls()
    const call = { callId: 'life/1', calledAt: 1000, conclusiveAt: 1360 }
    expect(calls.msLeft(call, { now: 1100, elapsed: 50 })).toBe(260)
    expect(calls.msLeft(call, { now: 9000, elapsed: 60 })).toBe(250)
    expect(calls.msLeft(call, { now: 0, elapsed: 400 })).toBe(0)
    calls.forget('life/1')
    expect(calls.msLeft(call, { now: 0, elapsed: 400 })).toBe(360)
    calls.keep('life/1', 500)
    expect(calls.msLeft(call, { now: 1360, elapsed: 490 })).toBe(10)
    expect(calls.msLeft({ callId: null, calledAt: null, conclusiveAt: null }, { now: 1, elapsed: 1 })).toBe(0)
  })
})

describe('what waits for a later attempt', () => {
  /** One that fails by itself, and waits between its attempts. */
  async function failing(scene: RecorderScene) {
    const [bad, good] = scene.readers(2)
    if (bad === undefined || good === undefined) throw new Error('two were asked for')
    scene.crm.rule = (call, items) =>
      call === 'recordBounces' && JSON.stringify(items).includes(`"queueId":${bad.row.queueId},`)
        ? { does: 'fail', kind: 'server' }
        : null
    const [id = 0] = await scene.bounceAll([bad, good])
    await scene.start()
    await scene.pass(30 * minute)
    const waiting = await scene.notification(id)
    expect(waiting.state).toBe('waiting')
    scene.crm.rule = () => null
    return { bad, id }
  }

  it('comes within minutes where the clock is set back a day', async () => {
    const scene = make()
    const { bad, id } = await failing(scene)
    scene.time.setClock(-day)
    await scene.pass(11 * minute)
    expect(await scene.notificationStates([id])).toEqual(['recorded'])
    expect(scene.rows([bad])).toEqual([['Invalid']])
    expect(scene.toldOf('clockSetBack')).toContainEqual({ site: 'main', byMs: day })
  })

  it('comes all the same where the database was away when it was noticed', async () => {
    const scene = make()
    const { bad, id } = await failing(scene)
    const hasten = scene.inbox.hasten.bind(scene.inbox)
    scene.inbox.hasten = async (site, now, after) => {
      if (site !== 'main') return hasten(site, now, after)
      scene.inbox.hasten = hasten
      throw new GatewayError('STORAGE_UNAVAILABLE', 'the disk is full')
    }
    scene.time.setClock(-day)
    await scene.pass(11 * minute)
    expect(await scene.notificationStates([id])).toEqual(['recorded'])
    expect(scene.rows([bad])).toEqual([['Invalid']])
    expect(scene.toldOf('clockSetBack')).toContainEqual({ site: 'main', byMs: day })
  })

  it('comes at once after a start by a clock that was set back meanwhile', async () => {
    const scene = make()
    const { bad, id } = await failing(scene)
    await scene.kill()
    scene.time.setClock(-day)
    await scene.start()
    await scene.settle()
    expect(await scene.notificationStates([id])).toEqual(['recorded'])
    expect(scene.rows([bad])).toEqual([['Invalid']])
  })

  it('comes sooner where the clock is set forward, and an adjustment of a second is none of its concern', async () => {
    const scene = make()
    const { id } = await failing(scene)
    scene.time.setClock(day)
    scene.time.setClock(-1000)
    await scene.pass(10 * minute)
    expect(await scene.notificationStates([id])).toEqual(['recorded'])
    expect(scene.toldOf('clockSetBack')).toEqual([])
  })
})

describe('a site that is down', () => {
  it('is called again in the time of its pause where the clock is set back, and nothing spins meanwhile', async () => {
    const scene = make()
    const [first, second] = scene.readers(2)
    scene.crm.script('recordBounces', { does: 'fail', kind: 'unreachable' })
    await scene.bounceAll([first!])
    await scene.start()
    await scene.settle()
    scene.time.setClock(-day)
    const commits: number[] = []
    const claim = scene.inbox.claim.bind(scene.inbox)
    scene.inbox.claim = async (request) => {
      commits.push(scene.time.now())
      return claim(request)
    }
    await scene.bounceAll([second!])
    await scene.pass(minute)
    expect(scene.rows([first!, second!])).toEqual([['Invalid'], ['Invalid']])
    expect(commits.length).toBeLessThan(20)
  })
})

describe('a batch under way', () => {
  it.each([
    { how: 'forward', byMs: day },
    { how: 'back', byMs: -day },
  ])('is recorded once where the clock is set $how before its answer', async ({ byMs }) => {
    const scene = make()
    const readers = scene.readers(250)
    const ids = await scene.bounceAll(readers)
    scene.crm.script('recordBounces', { does: 'slow', ms: 30_000 })
    await scene.start()
    await scene.settle()
    scene.time.setClock(byMs)
    await scene.pass(2 * hour)
    expect(await scene.notificationStates(ids)).toEqual(ids.map(() => 'recorded'))
    expect(scene.rows(readers)).toEqual(readers.map(() => ['Invalid']))
  })
})
