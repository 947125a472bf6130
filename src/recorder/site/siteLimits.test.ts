import { afterEach, describe, expect, it } from 'vitest'
import { CrmError } from '../../civicrm/crm.ts'
import { civicrmSite, RecorderScene } from '../../testing/recorderScene.ts'
import type { Behaviour, CallName } from '../../testing/scriptedCrm.ts'

let scene: RecorderScene
afterEach(async () => {
  await scene[Symbol.asyncDispose]()
})

const tooLarge: Behaviour = { does: 'fail', kind: 'tooLarge', passes: true }

/** A site whose server takes no request with more items than this. */
function bears(most: Partial<Record<CallName, number>>, refusal: Behaviour = tooLarge): void {
  scene.crm.rule = (call, items) => (items.length > (most[call] ?? Infinity) ? refusal : null)
}

function standing(): ReturnType<typeof scene.recorder.lanes>[number] | undefined {
  return scene.recorder.lanes().find(({ site }) => site === 'main')
}

describe('what a site bears', () => {
  it('is found by halves where its server refuses large requests, without a pause, and shown with the reason', async () => {
    scene = RecorderScene.make()
    bears({ recordBounces: 30 })
    const readers = scene.readers(100)
    const ids = await scene.bounceAll(readers)
    await scene.start()
    await scene.settle()
    expect(await scene.notificationStates(ids)).toEqual(ids.map(() => 'recorded'))
    expect(scene.rows(readers)).toEqual(readers.map(() => ['Invalid']))
    expect(scene.toldOf('breakerOpened')).toEqual([])
    expect(standing()?.bounces).toMatchObject({ size: 50, allowed: 100, because: expect.stringMatching(/tooLarge/) })

    await scene.bounceAll(scene.readers(100))
    await scene.settle()
    expect(standing()?.bounces).toMatchObject({ size: 25 })
    const before = scene.crm.callsOf('recordBounces').length
    await scene.bounceAll(scene.readers(100))
    await scene.settle()
    // Now each passes at the first try.
    expect(scene.callSizes().slice(before)).toEqual([25, 25, 25, 25])
  })

  it('is found for reads too', async () => {
    scene = RecorderScene.make()
    bears({ findAddresses: 10 })
    const readers = scene.readers(60)
    const ids = await scene.bounceAll(readers)
    await scene.start()
    await scene.settle()
    expect(await scene.notificationStates(ids)).toEqual(ids.map(() => 'recorded'))
    expect(standing()?.reads).toMatchObject({ size: 30, because: expect.stringMatching(/tooLarge/) })
  })

  it.each(['recordBounces', 'findAddresses'] as const)(
    'is found too where PHP drops what is too long without a word, and CiviCRM answers with a page (%s)',
    async (call) => {
      scene = RecorderScene.make()
      bears({ [call]: 30 }, { does: 'fail', kind: 'address', passes: false })
      for (let batch = 0; batch < 3; batch += 1) {
        await scene.bounceAll(scene.readers(100))
        if (batch === 0) await scene.start()
        await scene.settle()
      }
      const before = scene.crm.callsOf(call).length
      const ids = await scene.bounceAll(scene.readers(50))
      await scene.settle()
      expect(await scene.notificationStates(ids)).toEqual(ids.map(() => 'recorded'))
      expect(scene.toldOf('breakerOpened')).toEqual([])
      // Each passes at the first try.
      expect(scene.crm.callsOf(call).slice(before).length).toBeLessThanOrEqual(3)
      expect(
        scene.crm
          .callsOf(call)
          .slice(before)
          .every(({ length }) => length <= 30),
      ).toBe(true)
    },
  )

  it('is less after PHP has ended in the middle of a call, as it does where its memory is used up', async () => {
    scene = RecorderScene.make()
    const ids = await scene.bounceAll(scene.readers(80))
    scene.crm.script('recordBounces', { does: 'unknown', done: false, kind: 'server' })
    await scene.start()
    await scene.pass(1_000_000)
    expect(await scene.notificationStates(ids)).toEqual(ids.map(() => 'recorded'))
    expect(Math.max(...scene.callSizes().slice(1))).toBeLessThanOrEqual(40)
  })
})

describe('what the settings of a site allow', () => {
  it('are so many requests in a second, from the next call on after they were changed', async () => {
    scene = RecorderScene.make({
      sites: [civicrmSite('main', { crm: { type: 'civicrm', url: 'https://crm.example.org', requestsPerSecond: 1 } })],
    })
    const ids = await scene.bounceAll(scene.readers(2))
    await scene.start()
    await scene.settle()
    expect(await scene.notificationStates(ids)).toEqual(['waiting', 'waiting'])
    await scene.pass(5000)
    expect(await scene.notificationStates(ids)).toEqual(['recorded', 'recorded'])

    await scene.settings.saveSite(civicrmSite('main'))
    const more = await scene.bounceAll(scene.readers(2))
    await scene.settle()
    expect(await scene.notificationStates(more)).toEqual(['recorded', 'recorded'])
  })

  it('are so many requests at once', async () => {
    scene = RecorderScene.make({
      sites: [civicrmSite('main', { crm: { type: 'civicrm', url: 'https://crm.example.org', requestsAtOnce: 1 } })],
    })
    let [now, most] = [0, 0]
    for (const name of ['findAddresses', 'findQueueRows', 'recordBounces'] as const) {
      const call: (items: never) => Promise<unknown> = scene.crm[name].bind(scene.crm)
      Object.assign(scene.crm, {
        [name]: async (items: never): Promise<unknown> => {
          now += 1
          most = Math.max(most, now)
          return call(items).finally(() => (now -= 1))
        },
      })
    }
    scene.crm.rule = () => ({ does: 'slow', ms: 50 })
    const ids = await scene.bounceAll(scene.readers(250))
    await scene.start()
    await scene.pass(60_000)
    expect(await scene.notificationStates(ids)).toEqual(ids.map(() => 'recorded'))
    expect(most).toBe(1)
  })

  it('is told with what the site said, while it is not called', async () => {
    scene = RecorderScene.make()
    scene.crm.rule = () => ({
      does: 'throw',
      error: new CrmError('credential', 'login refused', { unknown: false, passes: false }),
    })
    await scene.bounceAll(scene.readers(1))
    await scene.start()
    await scene.settle()
    expect(standing()).toMatchObject({ fault: 'login refused', notBefore: expect.any(Number) })
    scene.crm.rule = () => null
    await scene.settings.saveSite(civicrmSite('main', { name: 'Repaired' }))
    await scene.settle()
    expect(standing()).toMatchObject({ fault: null, notBefore: null })
  })
})
