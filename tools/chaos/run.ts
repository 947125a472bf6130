import { systemClock } from '../../src/clock.ts'
import { seededRandom } from '../../src/simulator/random.ts'
import { waitUntil } from '../../testbed/waiting.ts'
import { type Balance, balance, isKept } from './books.ts'
import { Fleet } from './fleet.ts'
import { Journal } from './journal.ts'
import { Killer } from './killer.ts'
import { layRounds } from './orders.ts'
import { type Prepared, prepare } from './prepare.ts'
import { Sender } from './sender.ts'
import { castPeople } from './stories.ts'
import { layStream } from './stream.ts'
import { Striker } from './striker.ts'
import { mayLook, type Order } from './order.ts'
import { ownFaults } from './ownFaults.ts'

export interface RunPlace {
  /** Empty, or that of a run which was broken off and goes on. */
  readonly folder: string
  readonly say: (line: string) => void
}

export interface RunReport {
  readonly books: Balance
  readonly messages: number
  readonly attempts: number
  readonly lostAnswers: number
  /** Answers by which SNS would lose a message. */
  readonly refused: readonly string[]
  /** kill -9 by the seam at which it fell; `outside`: at any moment. */
  readonly kills: Readonly<Record<string, number>>
  readonly faults: Readonly<Record<string, number>>
  /** Calls to the CRM that went wrong. */
  readonly troubles: Readonly<Record<string, number>>
  /** Calls that a fault of a server cut in two: some bounces recorded, some not. */
  readonly callsCut: number
  /** Effects found in the CRM by the look after a crash: killed between CiviCRM's work and our commit. */
  readonly foundByLook: number
  readonly dead: readonly string[]
  /** Mistakes of the gateway itself, by its log. */
  readonly ownFaults: readonly string[]
  /** Notifications still waiting when patience ended. */
  readonly waiting: number
  readonly seconds: number
  /** Whether the promise of this credential holds, and the run was what was asked for. */
  readonly kept: boolean
}

/** What is left at the end waits for calls that may still be running, then goes its way. Without any progress for so long it is stuck. */
const patienceMs = 120_000

/** What is left of the stream at the end comes so fast. */
const messagesPerSecond = 1000

/**
 * The proof of "nothing lost, each effect once": sends a stream of feedback as SNS does, ends the gateways again
 * and again by kill -9, and the servers of the CRM and of the database in the midst of it; then balances the
 * books from outside.
 */
export async function runChaos(order: Order, place: RunPlace): Promise<RunReport> {
  const journal = new Journal(place.folder)
  // Each try signs messages with ids of its own: an event may be told twice, an id never names two events.
  const prepared = await prepare(order.target, place.folder, `${order.seed}#${journal.beginnings}`)
  try {
    return await runOn(prepared, journal, { order, say: place.say })
  } finally {
    await prepared.engine.close()
  }
}

async function runOn(
  { engine, crm, topic, instances, logFile }: Prepared,
  journal: Journal,
  { order, say }: { readonly order: Order; readonly say: RunPlace['say'] },
): Promise<RunReport> {
  const { target, seed } = order
  const since = performance.now()
  const { people, at } = await journal.begin(async () => {
    const cast = castPeople(order.events, runName(seed), crm.sites.length, seededRandom(seed, 'people'))
    return { people: await crm.seed(cast), at: systemClock.now() }
  })
  const stream = layStream({ people, topic, seed, clock: { now: () => at } })
  const sender = new Sender({
    urls: instances.map(({ url }) => url),
    messages: stream.messages,
    delivered: journal.delivered,
    onDelivered: (place) => journal.note({ delivered: place }),
    lostAnswers: order.lostAnswers,
    random: seededRandom(seed, 'sender'),
  })
  const striker = new Striker({ crm, people, engine, sender, journal })
  const fleet = new Fleet({
    instances,
    plant: order.plant,
    trouble: order.trouble,
    onTrouble: (trouble) => journal.note({ trouble }),
    seed: `${seed}#${journal.beginnings}`,
    logFile,
  })
  const killer = new Killer({ fleet, striker, sender, journal, logFile, say })
  const rounds = layRounds({
    kills: order.kills,
    seams: order.seams,
    instances: instances.length,
    suspensions: order.suspensions,
    faults: {
      names: [...crm.faults, ...engine.faults].filter((name) => order.strikes.includes(name)),
      count: order.faults,
    },
    random: seededRandom(seed, 'rounds'),
  })
  let waiting = 0
  try {
    await killer.run(rounds)
    say('the last gateways may live: waiting until everything is recorded')
    await fleet.allUp()
    sender.release(sender.left, (sender.left / messagesPerSecond) * 1000)
    await sender.settled()
    waiting = await stillWaiting(async () => engine.view.waiting())
    await fleet.stop()
  } finally {
    await sender.stop()
    await fleet.leave()
  }

  const books = balance(stream.events, await crm.rows(people), await engine.view.ledger())
  const dead = await engine.view.dead()
  const own = await ownFaults(logFile)
  const { refused } = sender
  const killed = Object.values(journal.kills).reduce((sum, count) => sum + count, 0)
  const asPlanned = killed >= order.kills && refused.length === 0 && sender.exhausted === 0
  return {
    books,
    messages: stream.messages.length,
    attempts: sender.attempts,
    lostAnswers: sender.lostAnswers,
    refused,
    kills: journal.kills,
    faults: journal.faults,
    troubles: journal.troubles,
    callsCut: striker.cut,
    foundByLook: await engine.view.foundByLook(),
    dead,
    ownFaults: own,
    waiting,
    seconds: (performance.now() - since) / 1000,
    kept: isKept(books, mayLook(target)) && dead.length === 0 && own.length === 0 && waiting === 0 && asPlanned,
  }
}

/** @returns 0 when nothing waits any more, or what does when it no longer gets less */
async function stillWaiting(count: () => Promise<number>): Promise<number> {
  for (let fewest = await count(); fewest > 0;) {
    let now = fewest
    const progress = async (): Promise<boolean> => (now = await count()) < fewest
    const moves = await waitUntil('the inbox to get emptier', progress, { timeoutMs: patienceMs, everyMs: 200 }).then(
      () => true,
      () => false,
    )
    if (!moves) return now
    fewest = now
  }
  return 0
}

/** Into addresses: a CiviCRM that saw the same seed before must not know these people. */
function runName(seed: string): string {
  const name = seed.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  return `${name}x${systemClock.now().toString(36)}`
}
