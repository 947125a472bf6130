import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { TestbedProblem } from '../../testbed/problem.ts'
import { type PlantedFault, plantedFaultNames } from './planted.ts'
import { reportText } from './reportText.ts'
import { type RunOptions, runChaos } from './run.ts'
import { targetOf } from './target.ts'

const help = `The proof that whatever dies at any moment, nothing is lost and nothing is done twice.

npm run chaos
npm run chaos -- --events 100000 --kills 200
npm run chaos -- --engine postgres --instances 3
npm run chaos -- --crm civicrm --key admin     with the test bed: npm run testbed -- --keep
npm run chaos -- --plant look-skipped          shows that the run notices it

  --events NUMBER       mail events (default 2000)
  --kills NUMBER        kill -9 of a gateway, four fifths at named seams (default 50)
  --faults NUMBER       a server of the CRM or of the database struck in mid-batch (default: a fifth of the kills)
  --lost-answers SHARE  answers of the gateway that SNS does not get to see, 0 to 1 (default 0.02)
  --engine NAME         sqlite or postgres (default sqlite)
  --instances NUMBER    gateways that share one PostgreSQL (default 1)
  --crm NAME            builtin or civicrm (default builtin)
  --key NAME            of CiviCRM: admin or least (default admin)
  --plant NAME          a fault in the gateway itself: ${plantedFaultNames.join(', ')}
  --seed TEXT           what is sent and where it is killed (default: a new one, which is told)
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
  'lost-answers': { type: 'string', default: '0.02' },
  engine: { type: 'string', default: 'sqlite' },
  instances: { type: 'string', default: '1' },
  crm: { type: 'string', default: 'builtin' },
  key: { type: 'string', default: 'admin' },
  plant: { type: 'string' },
  seed: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

async function main(): Promise<number> {
  let asked: Omit<RunOptions, 'folder' | 'say'> & { readonly json: boolean }
  try {
    const { values } = parseArgs({ options, strict: true })
    if (values.help === true) {
      process.stdout.write(help)
      return 0
    }
    const kills = count(values.kills)
    asked = {
      target: targetOf({ ...values, instances: count(values.instances) }),
      events: count(values.events),
      kills,
      faults: values.faults === undefined ? Math.ceil(kills / 5) : count(values.faults),
      lostAnswers: share(values['lost-answers']),
      plant: plantedFault(values.plant),
      seed: values.seed ?? String(Date.now() % 1_000_000),
      json: values.json === true,
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`)
    return 2
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'civicrm-ses-chaos-'))
  say(`seed ${asked.seed}`)
  try {
    const report = await runChaos({ ...asked, folder, say })
    process.stdout.write(
      asked.json ? `${JSON.stringify({ seed: asked.seed, ...report })}\n` : reportText(report, asked.seed),
    )
    if (report.kept) await rm(folder, { recursive: true, force: true })
    else say(`data folder and log are kept: ${folder}`)
    return report.kept ? 0 : 1
  } catch (error) {
    say(`seed ${asked.seed}; data folder and log: ${folder}`)
    if (!(error instanceof TestbedProblem)) throw error
    say(`${error.message}\n${error.hint}`)
    return 1
  }
}

/** Progress: standard output is the result alone. */
function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

function plantedFault(text: string | undefined): PlantedFault | null {
  if (text === undefined) return null
  const name = plantedFaultNames.find((one) => one === text)
  if (name === undefined) throw new Error(`--plant is one of ${plantedFaultNames.join(', ')}`)
  return name
}

function share(text: string): number {
  const number = Number(text)
  if (!(number >= 0 && number < 1)) throw new Error(`'${text}' is no share: 0 to less than 1`)
  return number
}

function count(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0) throw new Error(`'${text}' is no count`)
  return number
}

process.exitCode = await main()
