import { parseArgs } from 'node:util'
import { z } from 'zod'
import { allSeams, allStrikes, type Order, orderSchema } from './order.ts'
import { plantedFaultNames } from './planted.ts'

/** What was asked for on the command line. */
export interface Asked {
  readonly order: Order
  /** Folder of a run that was broken off; its own order counts. */
  readonly resume: string | null
  /** How many smaller runs may be tried after a failure. */
  readonly shrink: number
  readonly json: boolean
}

export const help = `The proof that whatever dies at any moment, nothing is lost and nothing is done twice.

npm run chaos
npm run chaos -- --events 100000 --kills 200
npm run chaos -- --engine postgres --instances 3
npm run chaos -- --crm civicrm --key admin     with the test bed: npm run testbed -- --keep
npm run chaos -- --plant look-skipped          shows that the run notices it

  --events NUMBER       mail events (default 2000)
  --kills NUMBER        kill -9 of a gateway, four fifths at named seams (default 50)
  --faults NUMBER       a server of the CRM or of the database struck in mid-batch (default: a fifth of the kills)
  --strikes NAMES       these faults alone, with commas: ${allStrikes.join(',')}
  --suspensions NUMBER  a gateway frozen for longer than its lease, and woken up (default: a tenth of the kills
                        where several share the work)
  --trouble SHARE       calls to the CRM that find it down or slow, or in which it dies with nothing, half or all
                        of it done, 0 to 1 (default 0.05)
  --lost-answers SHARE  answers of the gateway that SNS does not get to see, 0 to 1 (default 0.02)
  --engine NAME         sqlite or postgres (default sqlite)
  --instances NUMBER    gateways that share one PostgreSQL, which the run starts itself (default 1)
  --crm NAME            builtin or civicrm (default builtin)
  --key NAME            of CiviCRM: admin or least (default admin)
  --seams NAMES         kill at these alone, with commas: ${allSeams.join(',')}
  --plant NAME          a fault in the gateway itself: ${plantedFaultNames.join(', ')}
  --seed TEXT           what is sent and where it is killed (default: a new one, which is told)
  --shrink NUMBER       after a failure try so many smaller runs for the smallest that fails (default 8)
  --resume FOLDER       go on with a run that was broken off
  --json                the result as one line of JSON
  --help                this text

Sends signed feedback as SNS does (repeated until it is answered with 2xx, duplicates, both dialects, no order),
and balances the books from outside: by SQL in the CRM's own tables, event by event. Ends 0 if nothing
is lost or doubled; with the key of the lesser role, which cannot look into CiviCRM, if nothing is doubled
and everything lost is told to be uncertain.
`

const options = {
  events: { type: 'string', default: '2000' },
  kills: { type: 'string', default: '50' },
  faults: { type: 'string' },
  strikes: { type: 'string', default: allStrikes.join(',') },
  suspensions: { type: 'string' },
  trouble: { type: 'string', default: '0.05' },
  'lost-answers': { type: 'string', default: '0.02' },
  engine: { type: 'string', default: 'sqlite' },
  instances: { type: 'string', default: '1' },
  crm: { type: 'string', default: 'builtin' },
  key: { type: 'string', default: 'admin' },
  seams: { type: 'string', default: allSeams.join(',') },
  plant: { type: 'string' },
  seed: { type: 'string' },
  shrink: { type: 'string', default: '8' },
  resume: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** @throws Error that says what is wrong */
export function ask(argv: readonly string[]): Asked | 'help' {
  const { values } = parseArgs({ args: [...argv], options, strict: true })
  if (values.help) return 'help'
  const { engine, crm, key, resume = null, json } = values
  const kills = Number(values.kills)
  const instances = Number(values.instances)
  const order = orderSchema.safeParse({
    target: { engine, instances, crm, ...(crm === 'civicrm' ? { key } : {}) },
    events: Number(values.events),
    kills,
    faults: numberOr(values.faults, Math.ceil(kills / 5)),
    strikes: values.strikes.split(','),
    suspensions: numberOr(values.suspensions, instances === 1 ? 0 : Math.ceil(kills / 10)),
    trouble: Number(values.trouble),
    seams: values.seams.split(','),
    lostAnswers: Number(values['lost-answers']),
    plant: values.plant ?? null,
    seed: values.seed ?? String(Date.now() % 1_000_000),
  })
  if (!order.success) throw new Error(z.prettifyError(order.error))
  return { order: order.data, resume, shrink: z.coerce.number().int().min(0).parse(values.shrink), json }
}

function numberOr(given: string | undefined, otherwise: number): number {
  return given === undefined ? otherwise : Number(given)
}
