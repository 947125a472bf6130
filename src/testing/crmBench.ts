import { randomBytes } from 'node:crypto'
import type { BounceTypeName } from '../civimail/bounceTypes.ts'
import type { BounceToRecord, Crm } from '../civicrm/crm.ts'

/** A CRM with what a test may do behind its back. Ids and addresses are never used by two tests. */
export interface CrmBench {
  readonly crm: Crm
  /** A contact with one address; flags as they stand before the test begins. */
  seedContact(contact: SeedContact): Promise<BenchContact>
  /** A mailing that was sent to these, in order. */
  seedMailing(recipients: readonly BenchContact[]): Promise<readonly BenchQueueRow[]>
  /** Purges the queue row. */
  removeQueueRow(queueId: number): Promise<void>
  editEmail(emailId: number, email: string): Promise<void>
  removeEmail(emailId: number): Promise<void>
  /** Whole seconds; later bounces count, earlier ones do not. */
  setResetDate(emailId: number, at: number | null): Promise<void>
  /** Takes the row off hold and leaves everything else. */
  unhold(emailId: number): Promise<void>
  /** Makes the queue row's bounces so much older. */
  ageBounces(queueId: number, ms: number): Promise<void>
  /** Now, as the CRM has it. */
  now(): number
  emailState(emailId: number): Promise<BenchEmail | null>
  optedOut(contactId: number): Promise<boolean>
  /** Oldest first. */
  bounces(queueId: number): Promise<readonly { readonly bounceType: string; readonly reason: string }[]>
}

export interface SeedContact {
  readonly email: string
  readonly deleted?: boolean
  readonly optedOut?: boolean
  readonly onHold?: 0 | 1 | 2
}

export interface BenchContact {
  readonly contactId: number
  readonly emailId: number
  readonly email: string
}

export interface BenchQueueRow extends BenchContact {
  readonly jobId: number
  readonly queueId: number
  readonly hash: string
}

export interface BenchEmail {
  readonly email: string
  readonly onHold: number
  readonly held: boolean
  readonly resetDate: number | null
}

/** A bench with what the tests say again and again. */
export class CrmScene {
  readonly bench: CrmBench
  /** Of its own, so that a CRM kept from an earlier run does not confuse this one. */
  readonly #run = randomBytes(4).toString('hex')
  #count = 0

  constructor(bench: CrmBench) {
    this.bench = bench
  }

  get crm(): Crm {
    return this.bench.crm
  }

  /** `o'brien` becomes an address that nobody else has. */
  address(localpart = 'reader'): string {
    this.#count += 1
    return `${localpart}.${this.#run}${this.#count}@example.org`
  }

  async seed(contact: Partial<SeedContact> = {}): Promise<BenchContact> {
    return this.bench.seedContact({ email: this.address(), ...contact })
  }

  /** Someone, with the one mailing that he got. */
  async sent(contact: Partial<SeedContact> = {}): Promise<BenchQueueRow> {
    return this.mailing(await this.seed(contact))
  }

  async mailing(contact: BenchContact): Promise<BenchQueueRow> {
    const [row] = await this.bench.seedMailing([contact])
    if (row === undefined) throw new Error('a mailing to one has one queue row')
    return row
  }

  /** Records one bounce of each type; says how each ended. */
  async record(row: BenchQueueRow, ...types: readonly BounceTypeName[]): Promise<readonly string[]> {
    const outcomes = await this.crm.recordBounces(types.map((type) => bounceOf(row, type)))
    return outcomes.map(({ outcome }) => outcome)
  }

  /** Whether the row is on hold by bounce. */
  async held(row: BenchContact): Promise<boolean> {
    return (await this.bench.emailState(row.emailId))?.onHold === 1
  }

  /** Ids of the rows found, sorted. */
  async found(...addresses: readonly string[]): Promise<readonly number[]> {
    const rows = await this.crm.findAddresses(addresses)
    return rows.map(({ emailId }) => emailId).toSorted((a, b) => a - b)
  }
}

export function bounceOf(
  row: BenchQueueRow,
  bounceType: BounceTypeName,
  reason = `because of ${bounceType}`,
): BounceToRecord {
  const { jobId, queueId, hash } = row
  return {
    reference: { jobId, queueId, hash, action: 'b', domain: 'crm.example.org' },
    bounceType,
    reason,
    body: reason,
  }
}
