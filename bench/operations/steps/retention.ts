import { selectNumber } from '../outside.ts'
import { type Step, unless } from '../step.ts'
import type { World } from '../world.ts'

const day = 86_400_000

/** Days. */
const ages = { rawMessages: 30, opensAndClicks: 30, facts: 90, addresses: 180, messageKeys: 180, ledger: 400 } as const

interface Kind {
  readonly what: string
  readonly days: number
  /** What is there of it, and what tells its age. */
  readonly from: (world: World) => string
  readonly time: string
}

const named = `recipient LIKE '%@%'`

const kinds: readonly Kind[] = [
  {
    what: 'messages',
    days: ages.rawMessages,
    from: ({ marks }) =>
      `notification_message m JOIN notification n ON n.id = m.id WHERE m.id <= ${marks.notification}`,
    time: 'n.settled_at',
  },
  {
    what: 'names of opens and clicks',
    days: ages.opensAndClicks,
    from: ({ marks }) => `mail_event WHERE id <= ${marks.mail_event} AND kind IN ('open', 'click') AND ${named}`,
    time: 'first_seen_at',
  },
  {
    what: 'facts',
    days: ages.facts,
    from: ({ marks }) => `event_facts f JOIN mail_event e ON e.id = f.event_id WHERE e.id <= ${marks.mail_event}`,
    time: 'e.first_seen_at',
  },
  {
    what: 'names',
    days: ages.addresses,
    from: ({ marks }) => `mail_event WHERE id <= ${marks.mail_event} AND kind NOT IN ('open', 'click') AND ${named}`,
    time: 'first_seen_at',
  },
  {
    what: 'keys of notifications',
    days: ages.messageKeys,
    from: ({ marks }) => `notification WHERE id <= ${marks.notification}`,
    time: 'settled_at',
  },
  {
    what: 'mail events',
    days: ages.ledger,
    from: ({ marks }) => `mail_event WHERE id <= ${marks.mail_event}`,
    time: 'first_seen_at',
  },
]

/** Everything that is too old goes, and nothing else. */
export const retention: Step = {
  about: 'what is too old is removed',
  async run({ world, arrivals }) {
    const now = Date.now()
    const old = async ({ from, time, days }: Kind): Promise<number> =>
      selectNumber(world.home, `SELECT count(*) AS n FROM ${from(world)} AND ${time} < ${now - days * day}`)
    // What becomes too old in the hour of the run is nobody's.
    const young = async ({ from, time, days }: Kind): Promise<number> =>
      selectNumber(world.home, `SELECT count(*) AS n FROM ${from(world)} AND ${time} >= ${now - days * day + day / 24}`)
    const before = []
    for (const kind of kinds) before.push({ kind, old: await old(kind), young: await young(kind) })
    await world.stop()
    await world.start(ages)
    await arrivals.begin()
    await world.command('retention', '--run-now')
    await arrivals.end()
    const faults: string[] = []
    for (const { kind, young: wanted } of before) {
      const [left, kept] = [await old(kind), await young(kind)]
      faults.push(...unless(left === 0, `${left} ${kind.what} are too old and still there`))
      faults.push(...unless(kept === wanted, `${kept} of ${wanted} younger ${kind.what} are there`))
    }
    await world.stop()
    await world.start()
    return {
      rows: before.reduce((sum, { old }) => sum + old, 0),
      said: `removed: ${before.map(({ kind, old }) => `${old} ${kind.what}`).join(', ')}`,
      changes: null,
      faults,
    }
  },
}
