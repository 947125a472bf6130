import path from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import type { FillOptions } from './fill.ts'

export const help = `A store with as many events as asked for, as the gateway would have recorded them over a year.

npm run fill -- --events 1000000 --folder /tmp/full
npm run fill -- --events 1000000 --folder /tmp/full --database postgres://user@127.0.0.1/full
npm run fill -- --waiting 1000000 --folder /tmp/late

  --events NUMBER   recorded mail events (default 0)
  --waiting NUMBER  notifications behind them that are not recorded yet (default 0)
  --folder FOLDER   the gateway's data folder; made where there is none
  --database URL    a PostgreSQL database in place of the file in the folder
  --raw NUMBER      only so many of the newest keep the message as it came (default: all)
  --contacts        also the people whom a bounce or complaint touched, in the built-in contact store
  --site ID         whose events they are; made, with the built-in store, where there is none (default main)
  --days NUMBER     over so many days (default 365)
  --until TIME      ISO time of the newest (default: the beginning of today, UTC)
  --seed TEXT       the same seed and time give the same rows (default 1)
  --help            this text

The gateway itself records one event of each kind; the others are copies of its rows with names, ids, times and
keys of their own. No gateway may run on the store meanwhile. It can be filled more than once.
`

const options = {
  events: { type: 'string', default: '0' },
  waiting: { type: 'string', default: '0' },
  folder: { type: 'string' },
  database: { type: 'string' },
  raw: { type: 'string' },
  contacts: { type: 'boolean', default: false },
  site: { type: 'string', default: 'main' },
  days: { type: 'string', default: '365' },
  until: { type: 'string' },
  seed: { type: 'string', default: '1' },
  help: { type: 'boolean', default: false },
} as const

const dayMs = 86_400_000

const count = z.coerce.number().int().min(0)

const schema = z.object({
  events: count,
  waiting: count,
  folder: z.string({ error: 'where to? --folder is missing' }).transform((folder) => path.resolve(folder)),
  databaseUrl: z.string().nullable(),
  raw: count.nullable(),
  contacts: z.boolean(),
  siteId: z.string().min(1),
  days: z.coerce.number().min(0.01),
  until: z.iso.datetime().transform((time) => Date.parse(time)),
  seed: z.string(),
})

/** @throws Error that says what is wrong */
export function ask(argv: readonly string[], now: number): FillOptions | 'help' {
  const { values } = parseArgs({ args: [...argv], options, strict: true })
  if (values.help) return 'help'
  const { site, database = null, raw = null, until = new Date(now - (now % dayMs)).toISOString(), ...others } = values
  const asked = schema.safeParse({ ...others, siteId: site, databaseUrl: database, raw, until })
  if (!asked.success) throw new Error(z.prettifyError(asked.error))
  return asked.data
}
