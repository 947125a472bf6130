import { beforeEach, describe, expect, it } from 'vitest'
import { FakeTime } from '../testing/fakeTime.ts'
import { simulatedSns } from '../testing/simulatedSns.ts'
import { type Attempt, deliver } from './delivery.ts'
import { defaultRetryPolicy, retryDelays } from './deliveryPolicy.ts'
import { stoppablePause } from './pause.ts'
import type { SnsRequest } from './topic.ts'
import type { Answer } from './transport.ts'

const delays = retryDelays(defaultRetryPolicy, () => 0)
const request = simulatedSns(new FakeTime()).topic.notification({ message: 'x' })

describe('deliver', () => {
  let time: FakeTime
  let stop: AbortController
  let posted: SnsRequest[]
  let attempts: { readonly number: number; readonly at: number }[]

  beforeEach(() => {
    time = new FakeTime(0)
    stop = new AbortController()
    posted = []
    attempts = []
  })

  async function delivering(...answers: readonly (number | 'timeout')[]) {
    const post = async (one: SnsRequest): Promise<Answer> => {
      const answer = answers[Math.min(posted.length, answers.length - 1)] ?? 200
      posted.push(one)
      return answer === 'timeout' ? { status: null, error: 'timeout', ms: 15_000 } : { status: answer, ms: 1 }
    }
    const onAttempt = ({ number }: Attempt): void => void attempts.push({ number, at: time.now() })
    const pause = stoppablePause(time, stop.signal)
    return deliver(request, { post, pause, delays, onAttempt }).then(({ outcome }) => outcome)
  }

  it('is done with the first 2xx', async () => {
    expect(await delivering(202)).toBe('delivered')
    expect(posted).toEqual([request])
  })

  it.each([301, 400, 403, 404, 413])('takes %i for the last word', async (status) => {
    expect(await delivering(status)).toBe('refused')
    expect(posted).toHaveLength(1)
  })

  it.each([500, 503, 429, 'timeout'] as const)('repeats after %s, with the same bytes', async (answer) => {
    const outcome = delivering(answer, answer, 200)
    await time.advance(60_000)
    expect(await outcome).toBe('delivered')
    expect(posted).toEqual([request, request, request])
    expect(attempts).toEqual([
      { number: 1, at: 0 },
      { number: 2, at: 20_000 },
      { number: 3, at: 40_000 },
    ])
  })

  it('gives up after the last retry: a minute of outage loses events', async () => {
    const outcome = delivering(503)
    await time.advance(60_000)
    expect(await outcome).toBe('exhausted')
    expect(attempts.map(({ at }) => at)).toEqual([0, 20_000, 40_000, 60_000])
  })

  it('ends its waiting where the run is stopped', async () => {
    const outcome = delivering(503)
    await time.advance(1000)
    stop.abort()
    expect(await outcome).toBe('exhausted')
    expect(posted).toHaveLength(1)
    expect(time.timers).toEqual([])
  })
})
