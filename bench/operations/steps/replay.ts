import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { stringify } from 'yaml'
import { z } from 'zod'
import { standard } from '../../../src/civimail/policy/presets/standard.ts'
import type { Policy } from '../../../src/civimail/policy/schema.ts'
import { select } from '../outside.ts'
import { type Step, unless } from '../step.ts'
import { siteId, type World } from '../world.ts'

const reportSchema = z.looseObject({
  brokenOff: z.boolean(),
  chosen: z.number(),
  replayed: z.number(),
  gone: z.number(),
  events: z.looseObject({ new: z.number(), same: z.number(), kept: z.number() }),
})

const exportSchema = z.looseObject({ sites: z.array(z.looseObject({ id: z.string() })) })

/** Recorded notifications that are put through once more, by id: as many as one command line takes. */
const mostIds = 2000

/** Rules under which a hard bounce has no effect: somebody's mistake, that is to be mended. */
const mistaken: Policy = {
  ...standard,
  name: 'mistaken',
  rules: [
    { rule: 'mistaken', when: { kind: 'bounce', bounceType: 'Permanent' }, effects: [], because: 'By mistake.' },
    ...standard.rules,
  ],
}

/**
 * What arrived under a mistaken policy is found in the whole history by the right one and carried out; what was
 * carried out long ago is put through once more by its ids, and nothing may come of it.
 */
export const replay: Step = {
  about: 'what a policy left undone is found in the whole history and done; what is done is not done again',
  async run({ world, arrivals }) {
    const ids = (await select(world.home, recordedIds(world))).map(({ id }) => String(id))
    await applyPolicy(world, mistaken)
    await arrivals.begin()
    await applyPolicy(world, { preset: 'standard' })
    // What was accepted just before is decided by now.
    await world.caughtUp()
    const decided = async (...more: readonly string[]): Promise<z.output<typeof reportSchema>> =>
      reportSchema.parse(await world.command('replay', '--decided', '--site', siteId, '--details', '1', ...more))
    const foreseen = await decided('--dry-run')
    const done = await decided('--yes')
    await world.caughtUp()
    const again = await decided('--dry-run')
    const old = reportSchema.parse(await world.command('replay', ...ids))
    await arrivals.end()
    return {
      rows: foreseen.events.same + foreseen.events.kept + foreseen.chosen,
      said: `${foreseen.chosen} events found and carried out; ${old.replayed} of long ago put through once more`,
      changes: {},
      faults: [
        ...unless(!done.brokenOff, 'it was broken off'),
        ...unless(foreseen.chosen > 0 && foreseen.events.new === foreseen.chosen, 'nothing was left undone'),
        ...unless(done.replayed === foreseen.chosen, `foreseen were ${foreseen.chosen}, replayed ${done.replayed}`),
        ...unless(again.chosen === 0, `${again.chosen} are still to be done`),
        ...unless(old.replayed === ids.length && ids.length > 0, `${old.replayed} of ${ids.length} were put through`),
      ],
    }
  },
}

/** The newest with an effect of those that were there before, as far as they keep their message. */
function recordedIds({ marks }: World): string {
  return `SELECT DISTINCT s.notification_id AS id
    FROM effect f JOIN sighting s ON s.event_id = f.event_id JOIN notification_message m ON m.id = s.notification_id
    WHERE f.id <= ${marks.effect} AND f.id > ${marks.effect - mostIds} AND f.state = 'done' ORDER BY 1`
}

async function applyPolicy(world: World, policy: Policy): Promise<void> {
  const { sites } = exportSchema.parse(await world.command('sites', 'export'))
  const file = path.join(world.folder.path, 'sites.yaml')
  await writeFile(file, stringify({ sites: sites.map((site) => (site.id === siteId ? { ...site, policy } : site)) }))
  await world.command('sites', 'apply', file)
}
