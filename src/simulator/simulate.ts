import type { Timers } from '../timers.ts'
import { type Attempt, type DeliveryOutcome, deliver } from './delivery.ts'
import { type RetryPolicy, retryDelays } from './deliveryPolicy.ts'
import { type Latencies, latenciesOf } from './latencies.ts'
import { openLoop } from './openLoop.ts'
import { type Pause, stoppablePause } from './pause.ts'
import { type PlanOptions, type PlannedMessage, planMessages } from './plan.ts'
import { seededRandom } from './random.ts'
import type { Answer, Post } from './transport.ts'

export interface SimulateOptions extends PlanOptions {
  /** Messages a second, whether or not the gateway keeps up. Infinity: all at once. */
  readonly rate: number
  readonly retryPolicy: RetryPolicy
}

export interface SimulateParts {
  readonly post: Post
  readonly timers: Timers
  /** Milliseconds from any beginning, never going back. */
  readonly monotonic: () => number
  readonly onProgress?: (progress: Progress) => void
  /** Stops sending; what is under way is waited for, what waits for a retry is given up. */
  readonly signal?: AbortSignal
}

export type Progress =
  /** The first time that a genuine message is answered so, other than with 2xx. */
  | { readonly stage: 'answered'; readonly answer: string; readonly words: string }
  /** Everything is signed before anything is sent, so that signing does not disturb the sending. */
  | { readonly stage: 'signing'; readonly done: number; readonly of: number }
  | ({ readonly stage: 'sending'; readonly sent: number; readonly of: number } & Outcomes)

interface Outcomes {
  readonly delivered: number
  /** For good: 4xx. */
  readonly refused: number
  /** All retries used up. */
  readonly exhausted: number
}

export interface Summary extends Outcomes {
  /** Messages of which at least one attempt was made. */
  readonly messages: number
  /** How many of them were forgeries. */
  readonly forged: number
  readonly attempts: number
  /** What the run is made of; more than `messages` where it was broken off. */
  readonly planned: number
  /** Whether it was stopped before its end. */
  readonly brokenOff: boolean
  /** Attempts by their answer: a status, `timeout`, or a code of the network. */
  readonly answers: Readonly<Record<string, number>>
  /** Genuine messages that were refused, and forgeries that were taken: must be 0. */
  readonly wrong: number
  /** From the first message to the last answer. */
  readonly seconds: number
  /** From request to answer, of the attempts answered with 2xx. */
  readonly latency: Latencies | null
  /** How late the sender itself was: where this is not small, the figures above tell more of it than of the gateway. */
  readonly late: Latencies | null
}

/** Milliseconds between two reports. */
const reportEvery = 1000

/** Signatures made without a pause: some tens of milliseconds, then others have a turn. */
const signedAtOnce = 50

/** Plans, signs and sends one run of feedback as SNS would, and tells what became of it. */
export async function simulate(options: SimulateOptions, parts: SimulateParts): Promise<Summary> {
  const { monotonic, onProgress = () => undefined } = parts
  const pause = stoppablePause(parts.timers, parts.signal)
  const planned = planMessages(options)
  const plan = (await signAll(planned, pause, onProgress)) ? planned : []
  const tally = new Tally()
  const jitter = seededRandom(options.seed, 'jitter')
  const underWay: Promise<void>[] = []

  const told = new Set<string>()
  function tellOnce(answer: Answer): void {
    const name = nameOf(answer)
    if (isTaken(answer) || told.has(name)) return
    told.add(name)
    onProgress({ stage: 'answered', answer: name, words: answer.status === null ? '' : (answer.words ?? '') })
  }

  async function send(message: PlannedMessage): Promise<void> {
    const delays = retryDelays(options.retryPolicy, jitter)
    const onAttempt = (attempt: Attempt): void => {
      tally.attempt(attempt)
      if (message.forgery === null) tellOnce(attempt.answer)
    }
    tally.end(message, await deliver(message.request(), { post: parts.post, pause, delays, onAttempt }))
  }

  const begun = monotonic()
  let reported = begun
  function report(): void {
    reported = monotonic()
    onProgress({ stage: 'sending', sent: underWay.length, of: plan.length, ...tally.outcomes() })
  }

  await openLoop({
    count: plan.length,
    rate: options.rate,
    pause,
    monotonic,
    start(index, late) {
      const message = plan[index]
      if (message === undefined) return
      tally.late.push(late)
      underWay.push(send(message))
      if (monotonic() - reported >= reportEvery) report()
    },
  })
  await Promise.all(underWay)
  report()
  const summary = tally.summary((monotonic() - begun) / 1000)
  const isShort = summary.messages < planned.length || summary.exhausted > 0
  return { ...summary, planned: planned.length, brokenOff: isShort && parts.signal?.aborted === true }
}

/** False where the run was stopped meanwhile. */
async function signAll(
  plan: readonly PlannedMessage[],
  pause: Pause,
  onProgress: (progress: Progress) => void,
): Promise<boolean> {
  for (let done = 0; done < plan.length; done += signedAtOnce) {
    for (const message of plan.slice(done, done + signedAtOnce)) message.request()
    onProgress({ stage: 'signing', done: Math.min(done + signedAtOnce, plan.length), of: plan.length })
    if (!(await pause(0))) return false
  }
  return true
}

function isTaken({ status }: Answer): boolean {
  return status !== null && status >= 200 && status < 300
}

/** A status, `timeout`, or a code of the network. */
function nameOf(answer: Answer): string {
  return answer.status === null ? answer.error : String(answer.status)
}

/** Counts as answers come. */
class Tally {
  readonly late: number[] = []
  readonly #latencies: number[] = []
  readonly #answers = new Map<string, number>()
  readonly #ends = { delivered: 0, refused: 0, exhausted: 0 }
  #attempts = 0
  #messages = 0
  #forged = 0
  #wrong = 0

  attempt({ answer }: Attempt): void {
    this.#attempts++
    const name = nameOf(answer)
    this.#answers.set(name, (this.#answers.get(name) ?? 0) + 1)
    if (isTaken(answer)) this.#latencies.push(answer.ms)
  }

  end({ forgery }: PlannedMessage, { outcome }: DeliveryOutcome): void {
    this.#messages++
    this.#ends[outcome]++
    if (forgery !== null) this.#forged++
    if (outcome === (forgery === null ? 'refused' : 'delivered')) this.#wrong++
  }

  outcomes(): Outcomes {
    return { ...this.#ends }
  }

  summary(seconds: number): Omit<Summary, 'planned' | 'brokenOff'> {
    return {
      messages: this.#messages,
      forged: this.#forged,
      attempts: this.#attempts,
      ...this.#ends,
      answers: Object.fromEntries([...this.#answers].toSorted(([one], [other]) => one.localeCompare(other))),
      wrong: this.#wrong,
      seconds,
      latency: latenciesOf(this.#latencies),
      late: latenciesOf(this.late),
    }
  }
}
