import { afterEach, describe, expect, it } from 'vitest'
import { civicrmSite, type Reader, RecorderScene } from '../../testing/recorderScene.ts'

const minute = 60_000

let scene: RecorderScene
afterEach(async () => {
  await scene[Symbol.asyncDispose]()
})

/** A site that takes two minutes for each call of so many, with a key that sees the addresses only. */
function slowSite(batchSize: number): RecorderScene {
  scene = RecorderScene.make({
    readBack: false,
    sites: [civicrmSite('main', { crm: { type: 'civicrm', url: 'https://crm.example.org', batchSize } })],
  })
  scene.crm.rule = (call) => (call === 'recordBounces' ? { does: 'slow', ms: 2 * minute } : null)
  return scene
}

/** What became of a reader whom staff took off hold while a bounce from before that waited. */
async function rulesOf({ email }: Reader): Promise<readonly string[]> {
  return (await scene.ledger.search({ recipient: email, limit: 10 })).map(({ decision }) => decision.rule)
}

describe('what was read of a CRM', () => {
  it('is read anew in the middle of a batch that a slow site draws out: who was released meanwhile is not held', async () => {
    slowSite(1)
    const readers = scene.readers(6)
    await scene.bounceAll(readers)
    await scene.start()
    await scene.pass(minute)
    const last = readers.at(-1)!
    scene.crm.free(last, scene.time.now())
    await scene.pass(30 * minute)
    expect(scene.rows(readers)).toEqual(readers.map((reader) => (reader === last ? [] : ['Invalid'])))
    expect(await rulesOf(last)).toEqual(['released-since'])
    expect(scene.crm.callsOf('findAddresses').map(({ length }) => length)).toEqual([6, 3])
    expect(scene.toldOf('deadLetter')).toEqual([])
  })

  it('is read anew where it was read ahead too long ago', async () => {
    slowSite(10)
    const readers = scene.readers(40)
    await scene.bounceAll(readers)
    await scene.start()
    await scene.pass(minute)
    // In the second batch, whose facts were read while the first one was at its first call.
    const last = readers.at(-1)!
    scene.crm.free(last, scene.time.now())
    await scene.pass(60 * minute)
    expect(scene.rows(readers)).toEqual(readers.map((reader) => (reader === last ? [] : ['Invalid'])))
    expect(await rulesOf(last)).toEqual(['released-since'])
  })

  it.each([
    { where: 'within a batch', batchSize: 1, count: 3 },
    { where: 'between one batch and what was read ahead for the next', batchSize: 25, count: 40 },
  ])('is read anew where the machine slept meanwhile, $where, of which the clock alone knows', async (given) => {
    slowSite(given.batchSize)
    const readers = scene.readers(given.count)
    await scene.bounceAll(readers)
    await scene.start()
    await scene.pass(minute)
    scene.time.setClock(8 * 60 * minute)
    const last = readers.at(-1)!
    scene.crm.free(last, scene.time.now())
    await scene.pass(60 * minute)
    expect(scene.rows(readers)).toEqual(readers.map((reader) => (reader === last ? [] : ['Invalid'])))
    expect(await rulesOf(last)).toEqual(['released-since'])
  })

  it('keeps no site from being recorded in, however slowly it answers', async () => {
    slowSite(1)
    scene.crm.rule = (call) => (call === 'findRecorded' ? null : { does: 'slow', ms: 6 * minute })
    const readers = scene.readers(4)
    await scene.bounceAll(readers)
    await scene.start()
    await scene.pass(4 * 60 * minute)
    expect(scene.rows(readers)).toEqual(readers.map(() => ['Invalid']))
  })
})
