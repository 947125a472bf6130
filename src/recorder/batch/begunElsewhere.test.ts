import { afterEach, expect, it } from 'vitest'
import { RecorderScene } from '../../testing/recorderScene.ts'

const scene = RecorderScene.make()
afterEach(async () => scene[Symbol.asyncDispose]())

it('what one who has lost the lane begins while it is decided here is looked up, and not taken for recorded', async () => {
  const reader = scene.reader()
  const id = await scene.accept(scene.about(reader))
  const { ledger } = scene
  const plan = ledger.plan.bind(ledger)
  let isBegun = false
  Object.assign(ledger, {
    plan: async (...given: Parameters<typeof plan>) => {
      const entries = await plan(...given)
      if (isBegun) return entries
      isBegun = true
      const at = scene.time.now()
      const ids = entries.flatMap(({ effects }) => effects.map((effect) => effect.id))
      await ledger.begin(ids, {
        callId: 'of another',
        at,
        conclusiveAt: at + 1000,
        fence: { lease: 'lane', owner: 'another' },
      })
      return plan(...given)
    },
  } satisfies Partial<typeof ledger>)
  await scene.start()
  await scene.settle()
  expect(await scene.notification(id)).toMatchObject({ state: 'waiting', code: 'RECORD_ANSWER_UNKNOWN' })
  await scene.pass(120_000)
  expect([await scene.notificationStates([id]), await scene.effectStates()]).toEqual([['recorded'], ['done']])
  expect(scene.crm.bouncesOf(reader.row.queueId)).toHaveLength(1)
})
