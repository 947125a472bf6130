import { afterEach, describe, expect, it } from 'vitest'
import { nobodyWaits } from '../../testing/nobodyWaits.ts'
import { conclusiveMs, type Reader, RecorderScene } from '../../testing/recorderScene.ts'
import type { OperationContext } from '../context.ts'
import { uncertainOperations } from './uncertain.ts'

const scenes: RecorderScene[] = []
afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene[Symbol.asyncDispose]()
})

function make(options: { readonly restoredAt?: number } = {}): RecorderScene {
  const scene = RecorderScene.make({ readBack: false, ...options })
  scenes.push(scene)
  return scene
}

/** What these operations need of a gateway. */
function contextOf({ ledger, inbox, settings, time }: RecorderScene): OperationContext {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else is asked of it
  return { ledger, inbox, settings, clock: time } as unknown as OperationContext
}

interface Asked {
  readonly scene: RecorderScene
  readonly context: OperationContext
}

interface Uncertain extends Asked {
  /** One whose bounce stands in CiviCRM, and one whose bounce does not. */
  readonly there: Reader
  readonly absent: Reader
  readonly ids: readonly [there: number, absent: number]
}

/** Two bounces whose answers were lost, with a key that cannot look. */
async function uncertain(): Promise<Uncertain> {
  const scene = make()
  const [there, absent] = scene.readers(2)
  await scene.start()
  for (const [reader, done] of [
    [there!, true],
    [absent!, false],
  ] as const) {
    scene.crm.script('recordBounces', { does: 'unknown', done })
    await scene.accept(scene.about(reader))
    await scene.pass(30_000)
  }
  await scene.pass(conclusiveMs)
  const events = await scene.events()
  const idOf = (reader: Reader): number => events.find(({ event }) => event.recipient === reader.email)!.effects[0]!.id
  return { scene, context: contextOf(scene), there: there!, absent: absent!, ids: [idOf(there!), idOf(absent!)] }
}

/** Says it, and lets the recorder follow. */
async function settle(
  { scene, context }: Asked,
  what: 'there' | 'absent' | 'look',
  which: { readonly ids?: number[]; readonly site?: string },
): Promise<unknown> {
  const input = uncertainOperations[`uncertain.${what}`].input.parse(which)
  const done: unknown = await uncertainOperations[`uncertain.${what}`].run(context, input, nobodyWaits)
  await scene.pass(60_000)
  return done
}

describe('what is uncertain', () => {
  it('is listed with what to look for in CiviCRM', async () => {
    const { scene, context, there, absent, ids } = await uncertain()
    const list = await uncertainOperations['uncertain.list'].run(context, { site: 'main', limit: 10 }, nobodyWaits)
    expect(list.map(({ effectId, recipient, queueId }) => ({ effectId, recipient, queueId }))).toEqual([
      { effectId: ids[1], recipient: absent.email, queueId: absent.row.queueId },
      { effectId: ids[0], recipient: there.email, queueId: there.row.queueId },
    ])
    expect(scene.crm.bounces.map(({ reason }) => reason)).toEqual([expect.stringContaining(`[${list[1]!.marker}]`)])
    await expect(
      uncertainOperations['uncertain.list'].run(context, { site: 'other', limit: 10 }, nobodyWaits),
    ).rejects.toMatchObject({ code: 'SITE_UNKNOWN' })
    expect(await uncertainOperations['uncertain.list'].run(context, { limit: 1 }, nobodyWaits)).toHaveLength(1)
  })

  it('is done where a person has seen it, and recorded where he has not, each once', async () => {
    const given = await uncertain()
    const { scene, there, absent, ids } = given
    expect(await settle(given, 'there', { ids: [ids[0]] })).toEqual({ settled: [ids[0]], unknown: [] })
    expect(await settle(given, 'absent', { ids: [ids[1], 4711] })).toEqual({
      settled: [ids[1]],
      unknown: [4711],
      messageGone: [],
    })
    expect(scene.rows([there, absent])).toEqual([['Invalid'], ['Invalid']])
    expect(await scene.effectStates()).toEqual(['done', 'done'])
    // Said twice, it is no news, and nothing is done twice.
    expect(await settle(given, 'absent', { ids: [...ids] })).toMatchObject({ settled: [], unknown: ids })
    expect(scene.callSizes()).toHaveLength(3)
  })

  it('is left as it is from the moment on in which whoever asked has gone', async () => {
    const given = await uncertain()
    const gone = { ...nobodyWaits, signal: AbortSignal.abort() }
    const done = await uncertainOperations['uncertain.there'].run(given.context, { ids: [], site: 'main' }, gone)
    expect(done).toMatchObject({ settled: [] })
    expect(await given.scene.effectStates()).toEqual(['uncertain', 'uncertain'])
  })

  it('goes on where the gateway died between a word and what follows from it', async () => {
    const given = await uncertain()
    const { scene, context, absent, ids } = given
    const { revive } = scene.inbox
    const broken = { ...context, inbox: { ...scene.inbox, revive: async () => Promise.reject(new Error('killed')) } }
    const input = { ids: [ids[1]], site: undefined }
    await expect(uncertainOperations['uncertain.absent'].run(broken, input, nobodyWaits)).rejects.toThrow('killed')
    expect(scene.inbox.revive).toBe(revive)
    await scene.pass(60_000)
    expect(scene.rows([absent])).toEqual([[]])
    expect(await settle(given, 'absent', { ids: [ids[1]] })).toEqual({ settled: [], unknown: [], messageGone: [] })
    expect(scene.rows([absent])).toEqual([['Invalid']])
  })

  it('stays as it is where its message is no longer kept, and is said so', async () => {
    const given = await uncertain()
    const { scene, ids } = given
    await scene.database.commit(() => scene.database.prepare('DELETE FROM notification_message').run())
    expect(await settle(given, 'absent', { site: 'main' })).toEqual({
      settled: [],
      unknown: [],
      messageGone: [ids[1], ids[0]],
    })
    expect(await scene.effectStates()).toEqual(['uncertain', 'uncertain'])
  })

  it('is looked up by the gateway, once the key may', async () => {
    const given = await uncertain()
    const { scene, there, absent, ids } = given
    expect(await settle(given, 'look', { site: 'main' })).toEqual({
      looked: [ids[1], ids[0]],
      unknown: [],
      messageGone: [],
    })
    expect(await scene.effectStates()).toEqual(['uncertain', 'uncertain'])
    scene.crm.readBack = true
    await settle(given, 'look', { site: 'main' })
    expect(await scene.effectStates()).toEqual(['done', 'done'])
    expect(scene.rows([there, absent])).toEqual([['Invalid'], ['Invalid']])
  })

  it('is recorded on the word of a person in a restored store too, where the gateway else would not call', async () => {
    const scene = make({ restoredAt: Date.UTC(2026, 10, 25) })
    const [reader] = scene.readers(1)
    await scene.start()
    await scene.accept(scene.about(reader!))
    await scene.pass(60_000)
    expect(scene.callSizes()).toEqual([])
    expect(await scene.effectStates()).toEqual(['uncertain'])
    await settle({ scene, context: contextOf(scene) }, 'absent', { site: 'main' })
    expect(scene.rows([reader!])).toEqual([['Invalid']])
    expect(await scene.effectStates()).toEqual(['done'])
  })
})
