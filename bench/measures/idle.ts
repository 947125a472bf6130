import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Latencies, latenciesOf } from '../../src/simulator/latencies.ts'
import type { Recipient } from '../../src/simulator/recipients.ts'
import { TestbedProblem } from '../../testbed/problem.ts'
import { connectTestbed } from '../../testbed/testbed.ts'
import type { Figure, Measure, MeasureOptions } from '../harness/measure.ts'
import { closedLoop } from '../world/closedLoop.ts'
import { GatewayProcess } from '../world/gatewayProcess.ts'
import { install, type Installation } from '../world/installation.ts'
import { Messages } from '../world/messages.ts'
import { benchSite } from '../world/site.ts'

/** Milliseconds between two looks. */
const lookEvery = 5

/** From the POST of a single bounce, in a quiet hour, until its address is on hold. */
export const idleLatency: Measure = {
  name: 'idle',
  about: 'from POST to hold, nothing else to do',
  missing: async () => null,
  run: measure,
}

/** Somebody of a mailing, and whether he is on hold by now. */
interface Watched {
  readonly recipient: Recipient
  readonly isHeld: () => Promise<boolean>
}

async function measure({ quick, say }: MeasureOptions): Promise<readonly Figure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'civicrm-ses-bench-'))
  await using stack = new AsyncDisposableStack()
  stack.defer(async () => rm(folder, { recursive: true, force: true }))
  const count = quick ? 5 : 25
  const builtin = await install({ folder: path.join(folder, 'builtin'), databaseUrl: null, site: benchSite(null) })
  const figures = [
    figure('the built-in contact store', await latencies(builtin, await peopleOfBuiltin(builtin, count))),
  ]
  try {
    const testbed = connectTestbed()
    const site = benchSite(testbed.url)
    const apiKey = testbed.adminApiKey
    const real = await install({ folder: path.join(folder, 'civicrm'), databaseUrl: null, site, apiKey })
    figures.push(figure('a real CiviCRM', await latencies(real, await peopleOfCivicrm(testbed, count))))
  } catch (error) {
    if (!(error instanceof TestbedProblem)) throw error
    say(`the part with a real CiviCRM is left out: ${error.message}`)
  }
  return figures
}

function figure(crm: string, { p50, max }: Latencies): Figure {
  return {
    what: `from POST to hold in ${crm}, idle, slowest`,
    value: max,
    unit: 'ms',
    demand: { below: 1000 },
    from: `median ${p50.toFixed(0)} ms`,
  }
}

async function latencies({ configFile, identity }: Installation, people: readonly Watched[]): Promise<Latencies> {
  const gateway = await GatewayProcess.start(configFile)
  try {
    const messages = new Messages(identity)
    const took: number[] = []
    for (const { recipient, isHeld } of people) {
      const requests = messages.next(1, [recipient])
      // Long enough that nothing of the one before is still under way.
      await delay(300)
      const posted = performance.now()
      await closedLoop([gateway.port], requests)
      while (!(await isHeld())) await delay(lookEvery)
      took.push(performance.now() - posted)
    }
    // The first one meets a gateway that has never called its site.
    return latenciesOf(took.slice(1)) ?? { p50: Infinity, p99: Infinity, max: Infinity }
  } finally {
    await gateway.stop()
  }
}

async function peopleOfBuiltin({ openStore }: Installation, count: number): Promise<readonly Watched[]> {
  const store = await openStore('own')
  const contacts = store.contacts('main')
  const added = await contacts.addContacts(
    Array.from({ length: count }, (_, index) => ({ name: `Person ${index}`, emails: [`person-${index}@example.net`] })),
  )
  const emailIds = added.flatMap(({ emails }) => emails.map(({ emailId }) => emailId))
  const { jobId, queueRows } = await contacts.addMailing({ name: 'Newsletter', emailIds })
  await store.close()
  return queueRows.map(({ email, emailId, queueId, hash }) => ({
    recipient: { address: email, row: { jobId, queueId, hash } },
    isHeld: async () => {
      const beside = await openStore('read')
      try {
        const found = await beside.contacts('main').list({ text: email })
        return found.flatMap(({ emails }) => emails).some((one) => one.emailId === emailId && one.onHold === 1)
      } finally {
        await beside.close()
      }
    },
  }))
}

async function peopleOfCivicrm(testbed: ReturnType<typeof connectTestbed>, count: number): Promise<readonly Watched[]> {
  // Names unlike those of any other run: the test bed may hold people of earlier ones.
  const run = Date.now().toString(36)
  const { jobId, rows } = await testbed.seedMailing({
    recipients: Array.from({ length: count }, (_, index) => ({ email: `idle-${run}-${index}@example.net` })),
  })
  return rows.map(({ sentTo, emailId, queueId, hash }) => ({
    recipient: { address: sentTo, row: { jobId, queueId, hash } },
    isHeld: async () => {
      const [row] = await testbed.sql('SELECT on_hold FROM civicrm_email WHERE id = ?', [emailId])
      return Number(row?.['on_hold']) === 1
    },
  }))
}
