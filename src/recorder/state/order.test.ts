import { afterEach, describe, expect, it } from 'vitest'
import { conclusiveMs, RecorderScene } from '../../testing/recorderScene.ts'
import { RecipientOrder } from './order.ts'

const scenes: RecorderScene[] = []
afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene[Symbol.asyncDispose]()
})

function make(): RecorderScene {
  const scene = RecorderScene.make()
  scenes.push(scene)
  return scene
}

describe("the order of a recipient's events", () => {
  it('is kept until the earlier notification comes again', () => {
    const order = new RecipientOrder()
    order.hold('a@example.org', 1000)
    expect(order.heldUntil('a@example.org', 999)).toBe(1000)
    expect(order.heldUntil('b@example.org', 999)).toBeNull()
    expect(order.heldUntil('a@example.org', 1000)).toBeNull()
    expect(order.heldUntil('a@example.org', 0)).toBeNull()
  })

  it('goes by the latest of several that wait', () => {
    const order = new RecipientOrder()
    order.hold('a@example.org', 1000)
    order.hold('a@example.org', 500)
    expect(order.heldUntil('a@example.org', 700)).toBe(1000)
  })

  it('forgets what is over', () => {
    const order = new RecipientOrder()
    order.hold('a@example.org', 1000)
    order.hold('b@example.org', 2000)
    order.sweep(1500)
    expect([order.heldUntil('a@example.org', 0), order.heldUntil('b@example.org', 0)]).toEqual([null, 2000])
  })

  it('makes later events wait behind a call that may still be running; other recipients go on', async () => {
    const scene = make()
    const [reader, other] = scene.readers(2)
    scene.crm.script('recordBounces', { does: 'unknown', done: false })
    await scene.start()
    await scene.accept(scene.about(reader!, { bounceType: 'Transient' }))
    await scene.settle()
    const later = await scene.accept(scene.about(reader!, { bounceType: 'Permanent' }))
    await scene.pass(30_000)
    await scene.accept(scene.about(other!))
    await scene.pass(30_000)
    expect(scene.rows([reader!, other!])).toEqual([[], ['Invalid']])
    expect(await scene.notification(later)).toMatchObject({ code: 'RECORD_HELD_BACK', attempts: 0 })
    await scene.pass(conclusiveMs)
    expect(scene.rows([reader!])).toEqual([['Relay', 'Invalid']])
  })

  it('is kept in one batch too', async () => {
    const scene = make()
    const [reader, other] = scene.readers(2)
    await scene.accept(scene.about(reader!, { bounceType: 'Transient' }))
    await scene.start({ at: 'called' })
    scene.crm.script('recordBounces', { does: 'unknown', done: false })
    await scene.settle()
    await scene.accept(scene.about(reader!, { bounceType: 'Permanent' }))
    await scene.accept(scene.about(other!))
    await scene.start()
    await scene.settle()
    expect(scene.rows([reader!, other!])).toEqual([[], ['Invalid']])
    await scene.pass(conclusiveMs)
    expect(scene.rows([reader!])).toEqual([['Relay', 'Invalid']])
  })

  it('is known again after a restart', async () => {
    const scene = make()
    const [reader] = scene.readers(1)
    scene.crm.script('recordBounces', { does: 'unknown', done: false })
    await scene.start()
    await scene.accept(scene.about(reader!, { bounceType: 'Transient' }))
    await scene.settle()
    await scene.kill()
    await scene.accept(scene.about(reader!, { bounceType: 'Permanent' }))
    await scene.start()
    await scene.pass(60_000)
    expect(scene.rows([reader!])).toEqual([[]])
    await scene.pass(conclusiveMs)
    expect(scene.rows([reader!])).toEqual([['Relay', 'Invalid']])
  })

  it('is kept behind one that failed by itself and comes again', async () => {
    const scene = make()
    const [reader, other] = scene.readers(2)
    scene.crm.script('recordBounces', {
      does: 'each',
      say: ({ bounceType }) =>
        bounceType === 'Relay' ? { outcome: 'failed', retry: true, unknown: false, message: 'deadlock' } : null,
    })
    await scene.accept(scene.about(reader!, { bounceType: 'Transient' }))
    await scene.accept(scene.about(other!))
    await scene.start()
    await scene.settle()
    await scene.accept(scene.about(reader!, { bounceType: 'Permanent' }))
    await scene.settle()
    expect(scene.rows([reader!, other!])).toEqual([[], ['Invalid']])
    await scene.pass(60_000)
    expect(scene.rows([reader!])).toEqual([['Relay', 'Invalid']])
  })
})
