import type { QueueRow } from '../civimail/crmFacts.ts'
import type { MailingReference } from '../civimail/reference.ts'
import {
  type AddressState,
  type BounceOutcome,
  type BounceToRecord,
  type Crm,
  type CrmCapabilities,
  CrmError,
  type CrmErrorKind,
  type FoundReleases,
  type HeldRow,
  type OwnOptOut,
} from '../civicrm/crm.ts'
import { systemTimers, type Timers } from '../timers.ts'

/** What a call does. */
export type Behaviour =
  /** Does it and says so. */
  | { readonly does: 'ok' }
  /** Does nothing and fails. */
  | { readonly does: 'fail'; readonly kind: CrmErrorKind; readonly passes?: boolean; readonly retryAfterMs?: number }
  /** Fails without saying whether it did anything; it did, or not. */
  | { readonly does: 'unknown'; readonly done: boolean; readonly kind?: CrmErrorKind }
  /** Gives no answer, and does it only so many milliseconds later. */
  | { readonly does: 'late'; readonly ms: number }
  /** Does it, and answers after so many milliseconds. */
  | { readonly does: 'slow'; readonly ms: number }
  /** Does nothing and never answers. */
  | { readonly does: 'hang' }
  /** Each bounce for itself; null = recorded. */
  | { readonly does: 'each'; readonly say: (bounce: BounceToRecord) => BounceOutcome | null }
  /** Does it, and answers for fewer than it was asked. */
  | { readonly does: 'short' }
  /** A fault of the program. */
  | { readonly does: 'throw'; readonly error: unknown }

export type CallName =
  | 'capabilities'
  | 'findAddresses'
  | 'findQueueRows'
  | 'recordBounces'
  | 'findRecorded'
  | 'optOut'
  | 'hold'
  | 'release'
  | 'optIn'
  | 'findOwnOptOuts'
  | 'findReleases'

/** Says what a call does; null = as it should be. */
export type Rule = (call: CallName, items: readonly unknown[]) => Behaviour | null

export interface ScriptedPerson {
  readonly email: string
  readonly emailId: number
  readonly contactId: number
}

interface PersonState extends ScriptedPerson {
  onHold: 0 | 1 | 2
  optedOut: boolean
  resetDate: number | null
}

/** A bounce row as it stands in the CRM. */
export interface RecordedBounce {
  readonly queueId: number
  readonly bounceType: string
  readonly reason: string
}

/**
 * A CRM in memory that does what it is told, call by call: what was asked, what is done, and what is
 * answered are three things, as in life.
 */
export class ScriptedCrm implements Crm {
  readonly #people: PersonState[] = []
  readonly #queueRows = new Map<number, { readonly hash: string; readonly person: ScriptedPerson }>()
  readonly #script: { readonly call: CallName; readonly behaviour: Behaviour }[] = []
  readonly bounces: RecordedBounce[] = []
  /** Every call, in order. */
  readonly calls: { readonly call: CallName; readonly items: readonly unknown[] }[] = []
  /** 'administer CiviCRM'. */
  readBack = true
  /** For calls that the script has nothing for. */
  rule: Rule = () => null
  /** In which it is slow or late. */
  time: Timers = systemTimers
  closed = 0

  addPerson(email: string, more: { readonly onHold?: 0 | 1 | 2; readonly resetDate?: number } = {}): ScriptedPerson {
    const id = this.#people.length + 1
    const person = {
      email: email.toLowerCase(),
      emailId: 1000 + id,
      contactId: id,
      optedOut: false,
      onHold: 0 as const,
      resetDate: null,
    }
    this.#people.push({ ...person, ...more })
    return person
  }

  /** A copy of a mailing: what its VERP address refers to. */
  addMail(person: ScriptedPerson): Pick<MailingReference, 'jobId' | 'queueId' | 'hash'> {
    const queueId = 5000 + this.#queueRows.size
    const hash = queueId.toString(36).padStart(16, '0')
    this.#queueRows.set(queueId, { hash, person })
    return { jobId: 7, queueId, hash }
  }

  /** Staff take him off hold. */
  free({ emailId }: ScriptedPerson, at: number): void {
    const person = this.#people.find((one) => one.emailId === emailId)
    if (person !== undefined) Object.assign(person, { onHold: 0, resetDate: at })
  }

  purge(queueId: number): void {
    this.#queueRows.delete(queueId)
  }

  /** The next call of this name does so; several are used up in order. */
  script(call: CallName, ...behaviours: readonly Behaviour[]): void {
    for (const behaviour of behaviours) this.#script.push({ call, behaviour })
  }

  /** What is scripted and was not used up is forgotten. */
  unscript(): void {
    this.#script.length = 0
  }

  stateOf({ emailId }: ScriptedPerson): { readonly onHold: number; readonly optedOut: boolean } {
    const person = this.#people.find((one) => one.emailId === emailId)
    return { onHold: person?.onHold ?? 0, optedOut: person?.optedOut ?? false }
  }

  /** Bounce types recorded on a queue row, in order. */
  bouncesOf(queueId: number): readonly string[] {
    return this.bounces.filter((bounce) => bounce.queueId === queueId).map(({ bounceType }) => bounceType)
  }

  callsOf(call: CallName): readonly (readonly unknown[])[] {
    return this.calls.filter((one) => one.call === call).map(({ items }) => items)
  }

  async capabilities(): Promise<CrmCapabilities> {
    return this.#answer('capabilities', [], () => ({ readBack: this.readBack }))
  }

  async findAddresses(addresses: readonly string[]): Promise<readonly AddressState[]> {
    const wanted = new Set(addresses.map((address) => address.toLowerCase()))
    return this.#answer('findAddresses', addresses, () =>
      this.#people.filter(({ email }) => wanted.has(email)).map((row) => ({ ...row, holdDate: null })),
    )
  }

  async findQueueRows(queueIds: readonly number[]): Promise<readonly QueueRow[] | 'unknown'> {
    return this.#answer('findQueueRows', queueIds, () => {
      if (!this.readBack) return 'unknown'
      return queueIds.flatMap((queueId) => {
        const row = this.#queueRows.get(queueId)
        if (row === undefined) return []
        const { contactId, emailId, email } = row.person
        return [{ queueId, hash: row.hash, contactId, emailId, email, resetDate: null }]
      })
    })
  }

  async recordBounces(bounces: readonly BounceToRecord[]): Promise<readonly BounceOutcome[]> {
    const behaviour = this.#behaviour('recordBounces', bounces)
    if (behaviour.does === 'each') return bounces.map((bounce) => behaviour.say(bounce) ?? this.#record(bounce))
    const record = (): readonly BounceOutcome[] => bounces.map((bounce) => this.#record(bounce))
    if (behaviour.does === 'short') return record().slice(1)
    return this.#carryOut(behaviour, record, true)
  }

  async findRecorded(
    looks: readonly { readonly queueId: number; readonly marker: string }[],
  ): Promise<ReadonlySet<string>> {
    return this.#answer('findRecorded', looks, () => {
      const found = looks.filter(({ queueId, marker }) =>
        this.bounces.some((bounce) => bounce.queueId === queueId && bounce.reason.includes(marker)),
      )
      return new Set(found.map(({ marker }) => marker))
    })
  }

  async optOut(contactIds: readonly number[]): Promise<readonly number[]> {
    return this.#carryOut(
      this.#behaviour('optOut', contactIds),
      () =>
        this.#set(contactIds, 'contactId', (person) => {
          const changed = !person.optedOut
          person.optedOut = true
          return changed
        }),
      true,
    )
  }

  async hold(emailIds: readonly number[]): Promise<readonly number[]> {
    return this.#carryOut(
      this.#behaviour('hold', emailIds),
      () =>
        this.#set(emailIds, 'emailId', (person) => {
          const changed = person.onHold === 0
          if (changed) person.onHold = 1
          return changed
        }),
      true,
    )
  }

  async release(rows: readonly HeldRow[]): Promise<readonly number[]> {
    return this.#carryOut(
      this.#behaviour('release', rows),
      () =>
        this.#set(
          rows.map(({ emailId }) => emailId),
          'emailId',
          (person) => {
            const changed = person.onHold === 1
            if (changed) person.onHold = 0
            return changed
          },
        ),
      true,
    )
  }

  async optIn(contactIds: readonly number[]): Promise<readonly number[]> {
    return this.#carryOut(
      this.#behaviour('optIn', contactIds),
      () =>
        this.#set(contactIds, 'contactId', (person) => {
          const changed = person.optedOut
          person.optedOut = false
          return changed
        }),
      true,
    )
  }

  async findOwnOptOuts(contactIds: readonly number[]): Promise<readonly OwnOptOut[] | 'unknown'> {
    return this.#answer('findOwnOptOuts', contactIds, () => (this.readBack ? [] : 'unknown'))
  }

  async findReleases(since: string | null): Promise<FoundReleases> {
    return this.#answer('findReleases', [], () => ({ rows: [], mark: since ?? '' }))
  }

  async close(): Promise<void> {
    this.closed += 1
  }

  #set(
    ids: readonly number[],
    field: 'contactId' | 'emailId',
    set: (person: PersonState) => boolean,
  ): readonly number[] {
    return this.#people.filter((person) => ids.includes(person[field]) && set(person)).map((person) => person[field])
  }

  #record({ reference, bounceType, reason }: BounceToRecord): BounceOutcome {
    const row = this.#queueRows.get(reference.queueId)
    if (row?.hash !== reference.hash.toLowerCase())
      return { outcome: 'gone', message: 'Queue event could not be found' }
    this.bounces.push({ queueId: reference.queueId, bounceType, reason })
    return { outcome: 'recorded' }
  }

  #behaviour(call: CallName, items: readonly unknown[]): Behaviour {
    this.calls.push({ call, items })
    const index = this.#script.findIndex((one) => one.call === call)
    const scripted = index < 0 ? undefined : this.#script.splice(index, 1)[0]
    return scripted?.behaviour ?? this.rule(call, items) ?? { does: 'ok' }
  }

  async #answer<T>(call: CallName, items: readonly unknown[], read: () => T): Promise<T> {
    return this.#carryOut(this.#behaviour(call, items), read, false)
  }

  async #carryOut<T>(behaviour: Behaviour, work: () => T, writes: boolean): Promise<T> {
    switch (behaviour.does) {
      case 'fail': {
        const { kind, passes = true, retryAfterMs = 0 } = behaviour
        throw new CrmError(kind, `the CRM says ${kind}`, { unknown: false, passes, retryAfterMs })
      }
      case 'unknown':
        if (behaviour.done) work()
        throw new CrmError(behaviour.kind ?? 'timeout', 'no answer', { unknown: writes, passes: true })
      case 'late':
        this.time.after(behaviour.ms, () => void work())
        throw new CrmError('timeout', 'no answer in time', { unknown: writes, passes: true })
      case 'slow': {
        const answer = work()
        await new Promise<void>((resolve) => {
          this.time.after(behaviour.ms, resolve)
        })
        return answer
      }
      case 'hang':
        return new Promise<T>(() => undefined)
      case 'throw':
        throw behaviour.error
      case 'ok':
      case 'each':
      case 'short':
        return work()
    }
  }
}
