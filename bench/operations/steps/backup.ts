import { rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { balanceOfCopy, readStored } from '../books.ts'
import { differences, readCounts } from '../counts.ts'
import { type Step, unless } from '../step.ts'

const backupSchema = z.looseObject({
  seconds: z.number(),
  tables: z.record(z.string(), z.looseObject({ rows: z.number() })),
})
const restoreSchema = z.looseObject({ state: z.string(), seconds: z.number() })

/** One file of everything, restored beside it: all that was answered before it was begun, and nothing half. */
export const backupAndRestore: Step = {
  about: 'a backup, restored into another folder',
  async run({ world, before, takenBefore, arrivals }) {
    const file = path.join(world.folder.path, 'backup.gz')
    const elsewhere = { folder: path.join(world.folder.path, 'restored') }
    await rm(file, { force: true })
    await rm(elsewhere.folder, { recursive: true, force: true })
    await arrivals.begin()
    const begunAt = Date.now()
    const backup = backupSchema.parse(await world.command('backup', file))
    const restored = restoreSchema.parse(await world.command('restore', file, '--into', elsewhere.folder))
    const arrived = await arrivals.end()
    const taken = [...takenBefore, ...arrived]
    const { lost, doubled, examples } = balanceOfCopy(taken, await readStored(elsewhere, world.marks), begunAt)
    const changed = differences(before, await readCounts(elsewhere, world.marks), {})
    await rm(file)
    await rm(elsewhere.folder, { recursive: true })
    const meanwhile = arrived.filter(({ at }) => at < begunAt).length
    return {
      rows: Object.values(backup.tables).reduce((sum, { rows }) => sum + rows, 0),
      said:
        `backup ${backup.seconds.toFixed(0)} s, restore ${restored.seconds.toFixed(0)} s; in it are all ` +
        `${takenBefore.length + meanwhile} answered before: lost ${lost}, doubled or half ${doubled}`,
      changes: {},
      faults: [
        ...unless(restored.state === 'restored', 'it was not restored'),
        ...unless(meanwhile > 0, 'nothing arrived before the backup'),
        ...[...examples, ...changed].map((what) => `in the restored store ${what}`),
      ],
    }
  },
}
