import type { SnsRequest } from '../../src/simulator/topic.ts'
import { httpPost } from '../../src/simulator/transport.ts'

export interface Sending {
  readonly url: string
  readonly requests: readonly SnsRequest[]
  /** Over which they are spread evenly. */
  readonly seconds: number
}

/**
 * Posts each at its time, whether or not the earlier ones have been answered.
 * @returns when each was begun, epoch ms
 * @throws where one was not answered 200
 */
export async function send({ url, requests, seconds }: Sending): Promise<readonly number[]> {
  const http = httpPost({ url })
  const begun = performance.now()
  const every = (seconds * 1000) / requests.length
  const sentAt: number[] = []
  const answers: Promise<void>[] = []
  for (const [index, request] of requests.entries()) {
    const ms = begun + index * every - performance.now()
    if (ms > 1)
      await new Promise((resolve) => {
        setTimeout(resolve, ms)
      })
    sentAt.push(performance.timeOrigin + performance.now())
    const answered = async (): Promise<void> => {
      const answer = await http.post(request)
      if (answer.status !== 200) throw new Error(`answered ${JSON.stringify(answer)}`)
    }
    answers.push(answered())
  }
  await Promise.all(answers)
  await http.close()
  return sentAt
}
