import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { TestbedProblem } from '../../testbed/problem.ts'
import type { Target } from './prepare.ts'
import { reportText } from './reportText.ts'
import { type RunOptions, runKills } from './run.ts'

const help = `The proof that a gateway killed at any line loses nothing and does nothing twice.

npm run kill -- --crm builtin
npm run kill -- --crm civicrm --key admin     with the test bed: npm run testbed -- --keep
npm run kill -- --crm civicrm --key least

  --events NUMBER   mail events (default 2000)
  --kills NUMBER    kill -9 of the gateway, four fifths at named seams (default 50)
  --faults NUMBER   PHP killed, MariaDB stopped, rows locked in turn, in mid-batch (default: a fifth of the kills)
  --seed TEXT       what is sent and where it is killed (default: a new one, which is told)
  --json            the result as one line of JSON
  --help            this text

Sends signed feedback as SNS does (repeated until it is answered with 2xx, duplicates, both dialects),
and balances the books from outside: by SQL in the CRM's own tables, event by event. Ends 0 if nothing
is lost or doubled; with the key of the lesser role, which cannot look into CiviCRM, if nothing is doubled
and everything lost is told to be uncertain.
`

const options = {
  events: { type: 'string', default: '2000' },
  kills: { type: 'string', default: '50' },
  faults: { type: 'string' },
  seed: { type: 'string' },
  crm: { type: 'string', default: 'builtin' },
  key: { type: 'string', default: 'admin' },
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
      target: targetOf(values.crm, values.key),
      events: count(values.events),
      kills,
      faults: values.faults === undefined ? Math.ceil(kills / 5) : count(values.faults),
      seed: values.seed ?? String(Date.now() % 1_000_000),
      json: values.json === true,
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`)
    return 2
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'civicrm-ses-kill-'))
  say(`seed ${asked.seed}`)
  try {
    const report = await runKills({ ...asked, folder, say })
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

function targetOf(crm: string, key: string): Target {
  if (crm === 'builtin') return { crm }
  if (crm === 'civicrm' && (key === 'admin' || key === 'least')) return { crm, key }
  throw new Error('--crm is builtin or civicrm, --key admin or least')
}

function count(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0) throw new Error(`'${text}' is no count`)
  return number
}

process.exitCode = await main()
