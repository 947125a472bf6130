import { expect, it, onTestFinished } from 'vitest'
import { type MakePlace, postgresPlace, sqlitePlace, type TestPlace } from '../../testing/installationPlaces.ts'
import { contentOf, InstallationWriter } from '../../testing/installationWriter.ts'
import { LossyLink } from '../../testing/lossyLink.ts'
import { openDestination, openPlace } from '../openPlace.ts'
import { describeMove } from './conformance.ts'
import { moveInstallation } from './move.ts'

describeMove('SQLite to PostgreSQL', { from: sqlitePlace, to: postgresPlace, breaks: 5 })
describeMove('PostgreSQL to SQLite', { from: postgresPlace, to: sqlitePlace, breaks: 5 })

async function make(makePlace: MakePlace): Promise<TestPlace> {
  const place = await makePlace()
  onTestFinished(async () => place[Symbol.asyncDispose]())
  return place
}

it('a server that stands still in the cut-over holds nobody up for longer than the limit', async () => {
  const [source, target] = [await make(sqlitePlace), await make(postgresPlace)]
  if (!('databaseUrl' in target.address)) throw new Error('no server')
  const link = await LossyLink.to(target.address.databaseUrl)
  onTestFinished(async () => link[Symbol.asyncDispose]())
  await new InstallationWriter(source.execute, 'move').fill(3)
  const from = await source.open()
  const to = await openDestination({ ...target.address, databaseUrl: link.url })
  let attempts = 0
  let refusedMs = 0
  try {
    const { state, cutOverMs } = await moveInstallation({
      from,
      to,
      until: 'moved',
      clock: { now: () => 1_700_000_000_000 },
      pause: async () => undefined,
      elapsed: () => performance.now(),
      signal: new AbortController().signal,
      onProgress: ({ phase }) => {
        if (phase !== 'cuttingOver') return
        attempts += 1
        if (attempts === 1) link.silence()
      },
      limits: { leastRestMs: 0, mostRestMs: 0, cutOverMs: 1000 },
    })
    expect(state).toBe('moved')
    refusedMs = cutOverMs ?? 0
  } finally {
    await from.close()
    await to.close()
  }
  expect(attempts).toBeGreaterThan(1)
  // The attempt that was put off is a part of it.
  expect(refusedMs).toBeGreaterThan(990)
  expect(await contentOf(await target.open())).toEqual(await contentOf(await source.open()))
})

it('a lock in a server is waited for no longer than a limit says, and as long as ever after it', async () => {
  const place = await make(postgresPlace)
  const [one, other] = [await place.open(), await openPlace(place.address, 'write')]
  try {
    await one.alone(async () => {
      const unlimit = other.limit(200)
      await expect(other.alone(async () => undefined)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
      unlimit()
    })
    expect(await other.alone(async () => 'had')).toBe('had')
  } finally {
    await other.close()
  }
})
