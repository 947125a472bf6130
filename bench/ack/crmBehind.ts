import type { Recipient } from '../../src/simulator/recipients.ts'

/** What stands behind the gateway: away while the load lasts, back afterwards. */
export interface CrmBehind {
  readonly name: string
  /** Where the gateway looks for it. */
  readonly url: string
  readonly apiKey: string
  /** Everyone of a mailing, each with a queue row: the bounce of each will be recorded there. */
  readonly recipients: readonly Recipient[]
  comeBack(): Promise<void>
  /** How often the bounce of each recipient stands in it; asked when the gateway has ended. */
  recorded(): Promise<RecordedBounces>
  end(): Promise<void>
}

export interface RecordedBounces {
  readonly once: number
  /** Not at all. */
  readonly lost: number
  readonly doubled: number
}

/** @param times by recipient */
export function countRecorded(
  recipients: readonly Recipient[],
  times: (recipient: Recipient) => number,
): RecordedBounces {
  const all = recipients.map((recipient) => times(recipient))
  return {
    once: all.filter((count) => count === 1).length,
    lost: all.filter((count) => count === 0).length,
    doubled: all.filter((count) => count > 1).length,
  }
}
