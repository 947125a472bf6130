import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { Home } from '../outside.ts'
import { type Scene, type Step, unless } from '../step.ts'

const reportSchema = z.looseObject({
  state: z.string(),
  tables: z.array(z.looseObject({ rows: z.number() })),
  seconds: z.number(),
  cutOverMs: z.number().nullable(),
})

/** SNS's own first repeats come 20 s later: then it must be over. */
const mostSilence = 15

export const moveToPostgres: Step = {
  about: 'from the data folder to PostgreSQL',
  run: async (scene) => move(scene, await scene.world.postgres(), []),
}

export const moveToFolder: Step = {
  about: 'from PostgreSQL back to the data folder, which an earlier move has left',
  run: async (scene) => move(scene, { folder: scene.world.folder.dataFolder }, ['--replace']),
}

/** As docs/operators/moving-to-postgresql.md says: carry over, name the new place, cut over. */
async function move({ world, arrivals }: Scene, to: Home, first: readonly string[]): ReturnType<Step['run']> {
  const from = world.home
  const [fromArgument, toArgument] = [await argument(world.folder.path, from), await argument(world.folder.path, to)]
  const ask = async (...more: readonly string[]): Promise<z.output<typeof reportSchema>> =>
    reportSchema.parse(await world.command('move-database', fromArgument, toArgument, ...more))
  await arrivals.begin()
  const carried = await ask('--copy-only', ...first)
  world.willMove(to)
  const done = await ask()
  world.hasMoved(to)
  await arrivals.end()
  return {
    rows: done.tables.reduce((sum, { rows }) => sum + rows, 0),
    said:
      `carried over in ${carried.seconds.toFixed(0)} s, moved in ${done.seconds.toFixed(0)} s more; ` +
      `nobody could write for ${(done.cutOverMs ?? 0).toFixed(0)} ms`,
    changes: {},
    faults: unless(done.state === 'moved', `it is ${done.state}`),
    mostSilence,
  }
}

/** An address has no business among the arguments of a command. */
async function argument(folder: string, home: Home): Promise<string> {
  if ('folder' in home) return home.folder
  const file = path.join(folder, 'database-url')
  await writeFile(file, `${home.databaseUrl}\n`)
  return `file:${file}`
}
