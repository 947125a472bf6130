import type { Pause } from './pause.ts'
import type { SnsRequest } from './topic.ts'
import type { Answer, Post } from './transport.ts'

/** One attempt to deliver a message. */
export interface Attempt {
  readonly request: SnsRequest
  /** 1 = the first; all attempts carry the same MessageId and the same bytes. */
  readonly number: number
  readonly answer: Answer
}

/**
 * How the delivery of a message ended:
 * - `delivered`: some attempt was answered with 2xx
 * - `refused`: an answer that SNS takes for final (4xx but 429, and redirects); no retry, the event is lost
 * - `exhausted`: no retry was left, or the run was stopped
 */
export interface DeliveryOutcome {
  readonly outcome: 'delivered' | 'refused' | 'exhausted'
  readonly attempts: readonly Attempt[]
}

export interface DeliveryOptions {
  readonly post: Post
  readonly pause: Pause
  /** Milliseconds before each retry, as `retryDelays` makes them. */
  readonly delays: readonly number[]
  readonly onAttempt?: (attempt: Attempt) => void
}

/**
 * Delivers one message as SNS does: repeats after 5xx, 429 or no answer, and takes every other answer
 * for the last word.
 */
export async function deliver(request: SnsRequest, options: DeliveryOptions): Promise<DeliveryOutcome> {
  const { post, pause, delays, onAttempt = () => undefined } = options
  const attempts: Attempt[] = []
  for (let number = 1; ; number++) {
    const attempt: Attempt = { request, number, answer: await post(request) }
    attempts.push(attempt)
    onAttempt(attempt)
    const verdict = judge(attempt.answer)
    if (verdict !== 'again') return { outcome: verdict, attempts }
    const delay = delays[number - 1]
    if (delay === undefined || !(await pause(delay))) return { outcome: 'exhausted', attempts }
  }
}

/** What SNS makes of an answer. */
export function judge({ status }: Answer): 'delivered' | 'refused' | 'again' {
  if (status === null || status === 429 || status >= 500) return 'again'
  return status >= 200 && status < 300 ? 'delivered' : 'refused'
}
