import type { Readable } from 'node:stream'
import type { ErrorCode } from '../../errors/catalogue.ts'
import { Gather } from './gather.ts'

/** The bytes of a request's body as they came, or why they were not taken. */
export type Body = { readonly ok: true; readonly bytes: Buffer } | { readonly ok: false; readonly code: ErrorCode }

/**
 * Reads bodies without a look at their type or encoding: SNS sends JSON as text/plain, and a subscription
 * can be told to name any other type.
 *
 * What is read is bounded twice, for one body and for all that are in memory: a thousand connections that
 * each send two megabytes slowly, or that wait for a slow disk with them, would otherwise hold two gigabytes.
 * So a body that was read counts until whoever has it gives it back. One over a bound is answered at once; Node reads
 * the rest and drops it, until the time of the request is over, so that the peer can read the answer.
 */
export class BodyReader {
  readonly #largest: number
  readonly #budget: number
  #held = 0

  constructor(limits: { readonly bodyBytes: number; readonly heldBytes: number }) {
    this.#largest = limits.bodyBytes
    this.#budget = limits.heldBytes
  }

  /**
   * @param declared the Content-Length header; undefined where the body is chunked
   * @param done called once; with null where the peer went away before the end. A body that is `ok` is to be given back.
   */
  read(payload: Readable, declared: string | undefined, done: (body: Body | null) => void): void {
    if (declared !== undefined && Number(declared) > this.#largest) {
      done({ ok: false, code: 'HTTP_BODY_TOO_LARGE' })
      return
    }
    const gathered = new Gather()
    let size = 0
    let isDone = false

    // The listeners stay: what comes after a body that is too large is read and dropped, and the error of a connection
    // that breaks after the answer is nobody's concern, but would be fatal unheard.
    const finish = (body: Body | null): void => {
      if (isDone) return
      isDone = true
      if (body?.ok !== true) {
        this.#held -= size
        // The listeners would keep it for as long as the rest takes.
        gathered.clear()
      }
      done(body)
    }
    const goneAway = (): void => finish(null)
    payload
      .on('data', (part: Buffer) => {
        if (isDone) return
        size += part.length
        this.#held += part.length
        if (size > this.#largest) finish({ ok: false, code: 'HTTP_BODY_TOO_LARGE' })
        else if (this.#held > this.#budget) finish({ ok: false, code: 'GATEWAY_OVERLOADED' })
        else gathered.add(part)
      })
      .on('end', () => finish({ ok: true, bytes: gathered.bytes() }))
      .on('error', goneAway)
      .on('close', goneAway)
  }

  /** The body has been dealt with: there is room for others. Once for each. */
  giveBack(body: Body): void {
    if (body.ok) this.#held -= body.bytes.length
  }
}
