import { systemClock } from '../../src/clock.ts'
import { seededRandom } from '../../src/simulator/random.ts'
import { waitUntil } from '../../testbed/waiting.ts'
import { type Balance, balance, isKept } from './books.ts'
import { GatewayDatabase } from './gatewayDatabase.ts'
import { GatewayProcess } from './gatewayProcess.ts'
import { Killer } from './killer.ts'
import { layRounds } from './orders.ts'
import { prepare, type Target } from './prepare.ts'
import { Sender } from './sender.ts'
import { castPeople } from './stories.ts'
import { layStream } from './stream.ts'
import { Striker } from './striker.ts'

export interface RunOptions {
  readonly target: Target
  /** Mail events, at least. */
  readonly events: number
  readonly kills: number
  /** Times that a server of the CRM is struck; none where it has no servers. */
  readonly faults: number
  readonly seed: string
  /** An empty folder. */
  readonly folder: string
  readonly say: (line: string) => void
}

export interface RunReport {
  readonly books: Balance
  readonly messages: number
  readonly attempts: number
  /** Answers by which SNS would lose a message. */
  readonly refused: readonly string[]
  /** kill -9 by the seam at which it fell; `outside`: at any moment. */
  readonly kills: Readonly<Record<string, number>>
  readonly faults: Readonly<Record<string, number>>
  /** Calls that a fault of a server cut in two: some bounces recorded, some not. */
  readonly callsCut: number
  /** Effects found in the CRM by the look after a crash: killed between CiviCRM's work and our commit. */
  readonly foundByLook: number
  readonly dead: readonly string[]
  /** Notifications still waiting when patience ended. */
  readonly waiting: number
  readonly seconds: number
  /** Whether the promise of this credential holds, and the run was what was asked for. */
  readonly kept: boolean
}

/** What is left at the end waits for calls that may still be running, then goes its way: seconds. */
const patienceMs = 120_000

/**
 * The proof of "each effect once": sends a stream of feedback as SNS does, ends the gateway again and again
 * by kill -9, and the CRM's servers in the midst of it; then balances the books from outside.
 */
export async function runKills(options: RunOptions): Promise<RunReport> {
  const { target, seed, say } = options
  const since = performance.now()
  const prepared = await prepare(target, options.folder, seed)
  const { site, topic } = prepared
  const people = await site.seed(castPeople(options.events, runName(seed), seededRandom(seed, 'people')))
  const stream = layStream({ people, topic, seed, clock: systemClock })
  const sender = new Sender(prepared.url, stream.messages, seededRandom(seed, 'sender'))
  const database = new GatewayDatabase(prepared.databaseFile)
  const striker = new Striker({ site, people, database, sender })
  const killer = new Killer({ striker, sender, config: prepared.config, logFile: prepared.logFile, say })
  let waiting = 0
  try {
    const rounds = layRounds(options.kills, { names: site.faults, count: options.faults }, seededRandom(seed, 'rounds'))
    await killer.run(rounds)
    say('the last gateway may live: waiting until everything is recorded')
    const last = GatewayProcess.start({ config: prepared.config, kill: null, report: null }, prepared.logFile)
    await last.port
    sender.release(sender.left, 500)
    await sender.settled()
    await waitUntil('the inbox to be empty', () => database.waiting() === 0, {
      timeoutMs: patienceMs,
      everyMs: 100,
    }).catch(() => (waiting = database.waiting()))
    await last.stop()
  } finally {
    await sender.stop()
  }

  const books = balance(stream.events, await site.rows(people), database.ledger())
  const dead = database.dead()
  const mayLook = target.crm === 'builtin' || target.key === 'admin'
  const { refused } = sender
  const asPlanned = killer.count >= options.kills && refused.length === 0 && sender.exhausted === 0
  return {
    books,
    messages: stream.messages.length,
    attempts: sender.attempts,
    refused,
    kills: killer.kills,
    faults: striker.faults,
    callsCut: striker.cut,
    foundByLook: database.looks().found,
    dead,
    waiting,
    seconds: (performance.now() - since) / 1000,
    kept: isKept(books, mayLook) && dead.length === 0 && waiting === 0 && asPlanned,
  }
}

/** Into addresses: a CiviCRM that saw the same seed before must not know these people. */
function runName(seed: string): string {
  const name = seed.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  return `${name}x${systemClock.now().toString(36)}`
}
