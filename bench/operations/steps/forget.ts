import { z } from 'zod'
import { select, selectNumber } from '../outside.ts'
import { type Step, unless } from '../step.ts'

const reportSchema = z.looseObject({
  brokenOff: z.boolean(),
  changed: z.array(z.looseObject({ what: z.string(), rows: z.number() })),
  left: z.array(z.unknown()),
})

type Report = z.output<typeof reportSchema>

/** Erases the newest who complained: his contact, event, effects, facts and message. What was counted stays counted. */
export const forgetPerson: Step = {
  about: 'one person is looked for in every place, and erased',
  async run({ world, arrivals }) {
    const { home, marks } = world
    const [person] = await select(
      home,
      `SELECT recipient FROM mail_event
       WHERE id <= ${marks.mail_event} AND kind = 'complaint' AND recipient LIKE '%@%' ORDER BY id DESC LIMIT 1`,
    )
    const address = String(person?.['recipient'])
    const ask = async (...more: readonly string[]): Promise<Report> =>
      reportSchema.parse(await world.command('forget', address, ...more))
    const events = `SELECT id FROM mail_event WHERE recipient = '${address}'`
    const facts = await selectNumber(home, `SELECT count(*) AS n FROM event_facts WHERE event_id IN (${events})`)
    const messages = await selectNumber(
      home,
      `SELECT count(*) AS n FROM notification_message
       WHERE id IN (SELECT notification_id FROM sighting WHERE event_id IN (${events}))`,
    )
    await arrivals.begin()
    const done = await ask('--yes')
    const again = await ask('--dry-run')
    await arrivals.end()
    const isThere =
      (await selectNumber(home, `SELECT count(*) AS n FROM mail_event WHERE recipient = '${address}'`)) +
      (await selectNumber(home, `SELECT count(*) AS n FROM contact_email WHERE email = '${address}'`)) +
      (await selectNumber(home, `SELECT count(*) AS n FROM effect WHERE address = '${address}'`))
    return {
      rows: done.changed.reduce((sum, { rows }) => sum + rows, 0),
      said: `two walks through every place; erased: ${list(done)}`,
      changes: { facts: -facts, message: -messages },
      faults: [
        ...unless(done.changed.length > 0 && done.left.length === 0 && !done.brokenOff, 'he was not erased'),
        ...unless(again.changed.length === 0, `a second walk finds: ${list(again)}`),
        ...unless(isThere === 0, `his address still stands in ${isThere} rows`),
      ],
    }
  },
}

function list({ changed }: Report): string {
  return changed.map(({ what, rows }) => `${rows} ${what}`).join(', ')
}
