import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { civicrmSite, type Reader, RecorderScene } from '../../testing/recorderScene.ts'

/**
 * Two stores on one CRM: the one that was lost, and the one that was restored from a backup made before anything was
 * recorded. Both begin at the same time.
 */
const restoredAt = Date.UTC(2026, 10, 24, 12, 0, 0) + 3_600_000

let lost: RecorderScene
let restored: RecorderScene
beforeEach(() => {
  lost = RecorderScene.make()
  restored = RecorderScene.make({ connect: () => lost.crm, restoredAt })
})
afterEach(async () => {
  await lost[Symbol.asyncDispose]()
  await restored[Symbol.asyncDispose]()
})

async function recordInLost(readers: readonly Reader[]): Promise<void> {
  await lost.bounceAll(readers)
  await lost.start()
  await lost.settle()
  await lost.kill()
}

async function acceptAgain(readers: readonly Reader[]): Promise<void> {
  for (const reader of readers) await restored.accept(lost.about(reader))
}

describe('a store that was restored from a backup', () => {
  it('looks for what was reported before, and records only what is not there', async () => {
    const readers = lost.readers(6)
    await recordInLost(readers.slice(0, 4))
    await acceptAgain(readers)
    await restored.start()
    await restored.settle()
    expect(lost.rows(readers).map(({ length }) => length)).toEqual([1, 1, 1, 1, 1, 1])
    expect(await restored.effectStates()).toEqual(readers.map(() => 'done'))
    expect(lost.crm.callsOf('findRecorded')).toHaveLength(1)
    const answers = (await restored.events()).flatMap(({ effects }) => effects.map(({ answer }) => answer ?? ''))
    expect(answers.filter((answer) => answer.includes('after the backup that was restored'))).toHaveLength(4)
  })

  it.each([1, 2, 4])('goes on batch after batch where the site takes %i requests at once', async (requestsAtOnce) => {
    const crm = { type: 'civicrm', url: 'https://crm.example.org', requestsAtOnce } as const
    await restored.settings.saveSite(civicrmSite('main', { crm }))
    const readers = lost.readers(6)
    await recordInLost(readers.slice(0, 4))
    await restored.start()
    for (const reader of readers) {
      await acceptAgain([reader])
      await restored.settle()
    }
    expect(lost.rows(readers).map(({ length }) => length)).toEqual([1, 1, 1, 1, 1, 1])
    expect(await restored.effectStates()).toEqual(readers.map(() => 'done'))
  })

  it('records at once what is newer', async () => {
    await restored.pass(2 * 3_600_000)
    await lost.pass(2 * 3_600_000)
    const readers = lost.readers(2)
    await acceptAgain(readers)
    await restored.start()
    await restored.settle()
    expect(await restored.effectStates()).toEqual(['done', 'done'])
    expect(lost.crm.callsOf('findRecorded')).toEqual([])
  })

  it('says that it cannot know where the credential cannot look, and doubles nothing', async () => {
    const readers = lost.readers(2)
    await recordInLost(readers.slice(0, 1))
    lost.crm.readBack = false
    await acceptAgain(readers)
    await restored.start()
    await restored.settle()
    expect(await restored.effectStates()).toEqual(['uncertain', 'uncertain'])
    expect(lost.rows(readers).map(({ length }) => length)).toEqual([1, 0])
  })

  it('tries again later where the look failed, and is not blamed on the events', async () => {
    const readers = lost.readers(2)
    await recordInLost(readers.slice(0, 1))
    await acceptAgain(readers)
    lost.crm.script('findRecorded', { does: 'fail', kind: 'unreachable', passes: true })
    await restored.start()
    await restored.settle()
    expect(await restored.effectStates()).toEqual(['planned', 'planned'])
    await restored.pass(3_600_000)
    expect(await restored.effectStates()).toEqual(['done', 'done'])
    expect(lost.rows(readers).map(({ length }) => length)).toEqual([1, 1])
  })

  it('looks again after it died between the look and the call', async () => {
    const readers = lost.readers(3)
    await recordInLost(readers.slice(0, 1))
    await acceptAgain(readers)
    await restored.start({ at: 'begun' })
    await restored.settle()
    expect(restored.died).toBe(true)
    await restored.kill()
    await restored.start()
    await restored.pass(3_600_000)
    expect(await restored.effectStates()).toEqual(['done', 'done', 'done'])
    expect(lost.rows(readers).map(({ length }) => length)).toEqual([1, 1, 1])
  })
})
