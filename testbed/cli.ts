import { parseArgs } from 'node:util'
import { chooseFolder } from './folder.ts'
import { installPackages } from './packages.ts'
import { TestbedProblem } from './problem.ts'
import { running, serviceNames } from './services.ts'
import { connectTestbed, startTestbed, stopTestbed, type Testbed } from './testbed.ts'

const help = `A real CiviCRM with MariaDB for the tests, on this machine's loopback interface.

npm run testbed                 build if need be, start, stay until Ctrl-C, then stop
npm run testbed -- --keep       build if need be, start, leave it running
npm run testbed -- --stop       end what --keep left running
npm run testbed -- --reset      put the running database back to its seeded state
npm run testbed -- --status     say whether it runs, and where (status 1: it does not)
npm run testbed -- --install    install the Debian packages that are missing (as root)

  --folder FOLDER         where everything lies (default: $CIVICRM_SES_TESTBED, else .testbed)
  --port PORT             CiviCRM's port (default: the one of last time, else a free one)
  --database-port PORT    MariaDB's port (likewise)
  --json                  the result as one line of JSON
  --help                  this text

The result has the address, the API key of a role with only the gateway's permissions, the API key
of an administrator, the site key and the database. Tests find it by themselves in the folder.
`

const options = {
  keep: { type: 'boolean' },
  stop: { type: 'boolean' },
  reset: { type: 'boolean' },
  status: { type: 'boolean' },
  install: { type: 'boolean' },
  folder: { type: 'string' },
  port: { type: 'string' },
  'database-port': { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

type Values = ReturnType<typeof readOptions>

function readOptions() {
  const { values } = parseArgs({ options, strict: true })
  return values
}

async function main(): Promise<number> {
  let values: Values
  try {
    values = readOptions()
  } catch (error) {
    complain(`${error instanceof Error ? error.message : String(error)}\n\n${help}`)
    return 2
  }
  if (values.help) {
    print(help)
    return 0
  }
  try {
    return await act(values)
  } catch (error) {
    if (!(error instanceof TestbedProblem)) throw error
    complain(`The test bed: ${error.message}\n${error.hint === '' ? '' : `${error.hint}\n`}`)
    return 1
  }
}

async function act(values: Values): Promise<number> {
  const folder = values.folder
  if (values.install) {
    const installed = await installPackages(say)
    say(installed.length === 0 ? 'nothing is missing' : `installed ${installed.join(' ')}`)
    return 0
  }
  if (values.stop) {
    say((await stopTestbed({ folder })) ? 'stopped' : 'nothing ran')
    return 0
  }
  if (values.status) {
    const alive = running(chooseFolder(folder))
    if (alive.length === serviceNames.length) show(connectTestbed({ folder }), values.json)
    else say(alive.length === 0 ? 'it does not run' : `only ${alive.join(' and ')} runs`)
    return alive.length === serviceNames.length ? 0 : 1
  }
  if (values.reset) {
    await connectTestbed({ folder }).reset()
    say('the database is as it was seeded')
    return 0
  }
  await start(values)
  return 0
}

async function start(values: Values): Promise<void> {
  const ranBefore = running(chooseFolder(values.folder)).length > 0
  // Heard from the beginning: a Ctrl-C while building must not leave a server behind.
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
  const testbed = await startTestbed({
    folder: values.folder,
    webPort: port(values.port),
    databasePort: port(values['database-port']),
    say,
  })
  show(testbed, values.json)
  if (values.keep) return
  if (ranBefore) {
    say('it ran already and goes on running; end it with --stop')
    return
  }
  say('Ctrl-C ends it')
  // Two settled servers keep no timer alive here, and an awaited promise alone does not hold Node.
  const hold = setInterval(() => undefined, 60_000)
  await ended
  clearInterval(hold)
  await testbed.stop()
}

function show(testbed: Testbed, json: boolean | undefined): void {
  const { url, apiKey, adminApiKey, adminPassword, siteKey, database, dsn, folder } = testbed
  if (json) {
    print(`${JSON.stringify({ url, apiKey, adminApiKey, adminPassword, siteKey, database, dsn, folder })}\n`)
    return
  }
  const lines = {
    CiviCRM: url,
    'API key (least privilege)': apiKey,
    'API key (administrator)': adminApiKey,
    'login of the pages': `admin / ${adminPassword}`,
    'site key': siteKey,
    database: dsn,
    folder,
  }
  const table = Object.entries(lines).map(([name, value]) => `${name.padEnd(27)}${value}\n`)
  print(table.join(''))
}

function port(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1 || number > 65_535) throw new TestbedProblem(`'${text}' is no port`)
  return number
}

/** Progress goes to standard error: standard output is the result alone. */
function say(line: string): void {
  complain(`test bed: ${line}\n`)
}

function complain(text: string): void {
  process.stderr.write(text)
}

function print(text: string): void {
  process.stdout.write(text)
}

process.exitCode = await main()
