import { z } from 'zod'
import { selectNumber } from '../outside.ts'
import { type Scene, type Step, unless } from '../step.ts'
import { siteId } from '../world.ts'

const reportSchema = z.looseObject({
  brokenOff: z.boolean(),
  effects: z.looseObject({ undo: z.number(), done: z.number(), left: z.number(), nothing: z.number() }),
  recipients: z.number(),
  released: z.number(),
  optedIn: z.number(),
  failed: z.array(z.unknown()),
})

/** All holds and opt-outs of the newer half of the history, of the time before the run. */
export const undoNewer: Step = {
  about: 'holds and opt-outs of the newer half of the history are taken back',
  run: async (scene) => {
    const { middle, end } = await timesOf(scene)
    return undo(scene, ['--since', middle, '--before', end])
  },
}

export const undoOlder: Step = {
  about: 'holds and opt-outs of the older half of the history are taken back',
  run: async (scene) => undo(scene, ['--before', (await timesOf(scene)).middle]),
}

async function timesOf({ world: { home, marks } }: Scene): Promise<{ readonly middle: string; readonly end: string }> {
  const seen = `FROM mail_event WHERE id <= ${marks.mail_event}`
  const first = await selectNumber(home, `SELECT min(first_seen_at) AS n ${seen}`)
  const last = await selectNumber(home, `SELECT max(first_seen_at) AS n ${seen}`)
  return { middle: iso(Math.round((first + last) / 2)), end: iso(last + 1) }
}

function iso(at: number): string {
  return new Date(at).toISOString()
}

async function undo({ world, arrivals }: Scene, filter: readonly string[]): ReturnType<Step['run']> {
  const ask = async (...more: readonly string[]): Promise<z.output<typeof reportSchema>> =>
    reportSchema.parse(await world.command('undo', '--site', siteId, '--limit', '1', ...filter, ...more))
  await arrivals.begin()
  const foreseen = await ask('--dry-run')
  const done = await ask('--yes', '--no-suppression', '--why', 'an exercise')
  const again = await ask('--dry-run')
  await arrivals.end()
  const { effects, released, optedIn, recipients } = done
  return {
    rows: effects.undo,
    said: `${effects.undo} effects of ${recipients} recipients undone, ${released} addresses released, ${optedIn} opted in`,
    changes: {
      'undone done': effects.undo,
      'undone left': effects.left,
      'address hold 1': -released,
      'address hold 0': released,
      'contact opt-out 1': -optedIn,
      'contact opt-out 0': optedIn,
    },
    faults: [
      ...unless(!done.brokenOff && done.failed.length === 0, 'it was not done to the end'),
      ...unless(effects.undo > 0, 'there was nothing to undo'),
      ...unless(
        foreseen.effects.undo === effects.undo && foreseen.released === released && foreseen.optedIn === optedIn,
        `foreseen were ${foreseen.effects.undo} effects, ${foreseen.released} released, ${foreseen.optedIn} opted in`,
      ),
      ...unless(again.effects.undo === 0, `a second undo would undo ${again.effects.undo} effects`),
    ],
  }
}
