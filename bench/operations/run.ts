import { fill } from '../../tools/fill/fill.ts'
import { Arrivals } from './arrivals.ts'
import { balance, readStored, type Taken } from './books.ts'
import { differences, readCounts } from './counts.ts'
import type { OperationsOptions } from './options.ts'
import { RunFolder } from './runFolder.ts'
import type { Sent } from './sending.ts'
import { type StepName, steps } from './steps/index.ts'
import { siteId, World } from './world.ts'

/** The newest event of a filled store is of today, the oldest of so many days before. */
const days = 500

/** What one operation did, and what became of that which arrived meanwhile. */
export interface Line extends Omit<Sent, 'taken'> {
  readonly operation: StepName
  readonly engine: 'SQLite' | 'PostgreSQL'
  readonly rows: number
  readonly said: string
  readonly seconds: number
  readonly lost: number
  readonly doubled: number
  readonly faults: readonly string[]
}

/** Fills a store where there is none, and has each operation run on it while notifications arrive. */
export async function* runOperations(options: OperationsOptions, say: (text: string) => void): AsyncGenerator<Line> {
  const folder = new RunFolder(options.folder)
  if (!folder.isFilled) await fillStore(folder, options, say)
  const world = await World.open(folder)
  try {
    const taken: Taken[] = []
    for (const name of options.steps) {
      say(`${name}: ${steps[name].about}`)
      yield await runStep(name, { world, options, taken })
    }
  } finally {
    await world.close()
  }
}

interface Run {
  readonly world: World
  readonly options: OperationsOptions
  /** Answered 200 so far; grows. */
  readonly taken: Taken[]
}

async function runStep(name: StepName, { world, options, taken }: Run): Promise<Line> {
  // What an earlier run has left.
  await world.caughtUp()
  const engine = 'databaseUrl' in world.home ? 'PostgreSQL' : 'SQLite'
  const before = await readCounts(world.home, world.marks)
  const takenBefore = [...taken]
  await using arrivals = new Arrivals({
    send: async () => world.send(options.rate),
    drained: async () => world.caughtUp(),
    aroundSeconds: options.aroundSeconds,
  })
  const { rows, said, changes, faults, mostSilence } = await steps[name].run({
    world,
    before,
    takenBefore,
    arrivals,
  })
  const { sent, seconds } = arrivals
  taken.push(...sent.taken)
  const after = await readCounts(world.home, world.marks)
  const changed = changes === null ? [] : differences(before, after, changes)
  const { lost, doubled, examples } = balance(taken, await readStored(world.home, world.marks))
  const isSilent = mostSilence !== undefined && sent.silence > mostSilence
  const silent = isSilent ? [`for ${sent.silence.toFixed(1)} s nobody was answered 200`] : []
  const { taken: _, ...answered } = sent
  const allFaults = [...faults, ...changed, ...examples, ...silent]
  return { operation: name, engine, rows, said, seconds, ...answered, lost, doubled, faults: allFaults }
}

async function fillStore(
  { dataFolder }: RunFolder,
  { events, raw }: OperationsOptions,
  say: (text: string) => void,
): Promise<void> {
  let said = performance.now()
  await fill(
    {
      folder: dataFolder,
      databaseUrl: null,
      events,
      waiting: 0,
      raw,
      contacts: true,
      siteId,
      until: Date.now(),
      days,
      seed: '1',
    },
    (done, of) => {
      if (performance.now() - said < 10_000) return
      said = performance.now()
      say(`filling: ${done} of ${of}`)
    },
  )
}
