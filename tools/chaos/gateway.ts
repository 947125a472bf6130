import { writeSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { createInterface } from 'node:readline'
import type { z } from 'zod'
import type { GatewaySeamName } from '../../src/compose/seam.ts'
import type { Tampering } from '../../src/compose/tampering.ts'
import type { LeaseLimits } from '../../src/leases/leaseKeeper.ts'
import { Gateway } from '../../src/main.ts'
import type { RecorderLimits } from '../../src/recorder/limits.ts'
import { seededRandom } from '../../src/simulator/random.ts'
import { jobSchema, lifeOrderSchema, says } from './job.ts'
import { plantedFaults } from './planted.ts'
import { inTrouble } from './trouble.ts'

/**
 * A gateway that ends itself at a named seam, as if its power had failed there. It is the product's own,
 * only more impatient: a run cannot wait as long for a site in trouble as an administrator can.
 */
const impatient: Partial<RecorderLimits> = {
  retry: { least: 50, first: 200, most: 1000 },
  storagePause: { least: 50, first: 100, most: 500 },
  breaker: {
    tolerated: 2,
    short: { least: 20, first: 50, most: 100 },
    open: { least: 50, first: 200, most: 500 },
    repair: { least: 50, first: 200, most: 500 },
  },
  // Of so many kills most notifications were near some, and few of them can go each in a batch of its own.
  aloneAfter: 8,
  asideMs: 500,
  lateStartMs: 500,
}

/** What a dead instance held goes to another as soon: a run has many of them. */
const shortLeases: LeaseLimits = { leaseMs: 2000, roundMs: 500 }

const job = jobSchema.parse(JSON.parse(process.argv[2] ?? ''))
let order: z.output<typeof lifeOrderSchema> = job
const passings = new Map<GatewaySeamName, number>()

// It goes on as it is, with another end.
createInterface({ input: process.stdin }).on('line', (line) => {
  order = lifeOrderSchema.parse(JSON.parse(line))
  passings.clear()
})

/** At once and to the end: what is only queued would die with the process. */
function say(...words: readonly (string | number)[]): void {
  writeSync(1, `${words.join(' ')}\n`)
}

async function seam(name: GatewaySeamName): Promise<void> {
  const passing = (passings.get(name) ?? 0) + 1
  passings.set(name, passing)
  const { kill, report } = order
  if (report === name) say(says.passing, name)
  if (kill?.seam !== name || kill.passing !== passing) return
  // The rest of the process lives on until then: a call under way gets its time.
  if (kill.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, kill.delayMs))
  say(kill.suspends ? says.suspending : says.killing, name)
  process.kill(process.pid, kill.suspends ? 'SIGSTOP' : 'SIGKILL')
}

const planted: Partial<Tampering> = job.plant === null ? {} : plantedFaults[job.plant]
const random = seededRandom(job.trouble.seed, 'trouble')
const tampering: Partial<Tampering> = {
  ...planted,
  crm: (crm) => {
    const troubled = inTrouble(crm, { share: job.trouble.share, random, tell: (name) => say(says.trouble, name) })
    return planted.crm?.(troubled) ?? troubled
  },
}

const gateway = await Gateway.start({
  config: job.config,
  logDestination: process.stderr,
  seam,
  recorderLimits: impatient,
  leaseLimits: shortLeases,
  tampering,
  synchronous: job.synchronous,
})
say(says.listening, gateway.port)
// Node writes it when a process ends by itself, which these never do; the next one starts in half the time.
flushCompileCache()

process.once('SIGTERM', () => void gateway.stop().then(() => process.stdin.destroy()))
// Whoever started it is gone, however he ended: nothing of the run may stay behind.
process.stdin.once('end', () => process.exit(1))
