import { z } from 'zod'
import { type Step, unless } from '../step.ts'
import { siteId } from '../world.ts'

const reportSchema = z.looseObject({
  brokenOff: z.boolean(),
  events: z.looseObject({ compared: z.number(), otherwise: z.number(), nameless: z.number() }),
  recipients: z.looseObject({ looked: z.number() }),
})

/** Runs other rules over the whole history. Changes nothing. */
export const policyDiff: Step = {
  about: 'the whole history under another policy',
  async run({ world, before, arrivals }) {
    await arrivals.begin()
    const report = reportSchema.parse(await world.command('policy', 'diff', 'careful', '--site', siteId))
    await arrivals.end()
    const { compared, otherwise, nameless } = report.events
    const events = Object.entries(before).reduce(
      (sum, [name, count]) => sum + (name.startsWith('mail event ') ? count : 0),
      0,
    )
    return {
      rows: compared,
      said: `${compared} events compared, ${otherwise} otherwise, of ${report.recipients.looked} recipients`,
      changes: {},
      faults: [
        ...unless(!report.brokenOff, 'it was broken off'),
        ...unless(compared + nameless >= events, `only ${compared} of ${events} events were compared`),
      ],
    }
  },
}
