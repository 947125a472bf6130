import { Agent } from 'undici'
import { z } from 'zod'
import type { Recipient } from '../../src/simulator/recipients.ts'

/** CiviCRM's own number of the bounce type Invalid. */
const invalid = 6

const resultsSchema = z.array(z.looseObject({ is_error: z.coerce.number() }))

/** Records bounces in CiviCRM and does nothing else: no reading, no deciding, no memory of what it did. */
export class BareClient {
  readonly #url: string
  readonly #apiKey: string
  readonly #agent = new Agent({ connections: 1, headersTimeout: 120_000 })

  constructor(url: string, apiKey: string) {
    this.#url = url
    this.#apiKey = apiKey
  }

  /** All in one request. @throws Error where one of them was not recorded */
  async record(people: readonly Recipient[]): Promise<void> {
    const calls = people.map(({ row }) => [
      'Mailing',
      'event_bounce',
      {
        job_id: row?.jobId,
        event_queue_id: row?.queueId,
        hash: row?.hash,
        body: 'user unknown',
        bounce_type_id: invalid,
        bounce_reason: 'SES Permanent/General 550 5.1.1 user unknown',
      },
    ])
    const { body } = await this.#agent.request({
      origin: this.#url,
      path: '/civicrm/ajax/rest',
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.#apiKey}`,
        'x-requested-with': 'XMLHttpRequest',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ entity: 'api3', action: 'call', json: JSON.stringify(calls) }).toString(),
    })
    const results = resultsSchema.parse(await body.json())
    if (results.length !== people.length || results.some((result) => result.is_error !== 0))
      throw new Error('CiviCRM did not record them all')
  }

  async close(): Promise<void> {
    await this.#agent.close()
  }
}
