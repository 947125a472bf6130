import path from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { type StepName, steps } from './steps/index.ts'

export const help = `Every operation that goes through the whole store, on a full one, while notifications keep arriving.

npm run bench:operations -- --events 1000000 --folder /tmp/full
npm run bench:operations -- --folder /tmp/full --only forget,undo-older

  --events NUMBER  recorded mail events that the store is filled with where the folder has none (default 1000000)
  --raw NUMBER     so many of the newest keep their message (default: a quarter)
  --folder FOLDER  of the run; kept. What is in it is changed: undone, forgotten, removed
  --rate NUMBER    notifications a second (default 50)
  --only NAMES     in this order, of ${Object.keys(steps).join(', ')}
  --json FILE      the result as JSON besides
  --help           this text

The gateway, its commands, the sender and a PostgreSQL server (where it moves there) are processes of their own on this
machine. After each operation the books are balanced by plain SQL: every notification that was answered 200 is there
once with its one effect, and of what was there before nothing has changed but what the operation says. Ends 1 where
something is lost or doubled, or where moving leaves senders without an answer for more than 15 seconds.
`

const options = {
  events: { type: 'string', default: '1000000' },
  raw: { type: 'string' },
  folder: { type: 'string' },
  rate: { type: 'string', default: '50' },
  only: { type: 'string', default: Object.keys(steps).join(',') },
  json: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

const schema = z.object({
  events: z.coerce.number().int().min(100),
  raw: z.coerce.number().int().min(0),
  folder: z.string({ error: 'where? --folder is missing' }).transform((folder) => path.resolve(folder)),
  rate: z.coerce.number().min(1).max(5000),
  steps: z.array(z.string().refine((name): name is StepName => name in steps, { error: 'there is no such operation' })),
  json: z.string().nullable(),
  /** Seconds for which notifications arrive before an operation begins and after it has ended. */
  aroundSeconds: z.number(),
})

export type OperationsOptions = Readonly<z.output<typeof schema>>

/** @throws Error that says what is wrong */
export function ask(argv: readonly string[]): OperationsOptions | 'help' {
  const { values } = parseArgs({ args: [...argv], options, strict: true })
  if (values.help) return 'help'
  const { only, json = null, raw = Math.ceil(Number(values.events) / 4), ...others } = values
  const asked = schema.safeParse({ ...others, raw, json, steps: only.split(','), aroundSeconds: 5 })
  if (!asked.success) throw new Error(z.prettifyError(asked.error))
  return asked.data
}
