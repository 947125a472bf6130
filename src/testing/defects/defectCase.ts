import type { BounceTypeName } from '../../civimail/bounceTypes.ts'
import type { Standing } from '../../civimail/decision.ts'
import type { PresetName } from '../../civimail/policy/schema.ts'
import type { MailingReference, VerpSettings } from '../../civimail/reference.ts'

/** One thing that other handlers of SES's feedback got wrong, with the outcome that is right. */
export interface DefectCase {
  /** D1 to D31, with a letter where one defect has several sides. */
  readonly id: string
  readonly title: string
  readonly preset: PresetName
  readonly verp: VerpSettings
  /** Contacts by name, each with one address. */
  readonly people: Readonly<Record<string, DefectPerson>>
  /** Whom the mailing went to, in order: each has a queue row. */
  readonly mailing: readonly string[]
  /** What happens in the CRM after the mailing and before the feedback. */
  readonly change?: { readonly purge: string } | { readonly edit: string; readonly email: string }
  /** SNS Messages, in order. */
  readonly messages: (seeded: Seeded) => readonly string[]
  /** One for each mail event, in order. */
  readonly decisions: readonly ExpectedDecision[]
  /** Everybody's state afterwards. */
  readonly outcome: Readonly<Record<string, DefectOutcome>>
  /** Right only where queue rows can be read ('administer CiviCRM'). */
  readonly needsQueueRows?: true
}

export interface DefectPerson {
  readonly email: string
  readonly deleted?: boolean
}

export type Row = Pick<MailingReference, 'jobId' | 'queueId' | 'hash'>

/** What a message is written from. */
export interface Seeded {
  /** The queue row of a person: what CiviMail would have written. */
  readonly rowOf: (person: string) => Row
  /** When the feedback comes, epoch ms: after everything that was seeded. */
  readonly now: number
}

export interface ExpectedDecision {
  readonly recipient: string
  readonly rule: string
  readonly standing: Standing
  /** `bounce Invalid`, `hold Quota`, `optOut`, `alarm`. */
  readonly effects: readonly string[]
}

export type Verdict = Omit<ExpectedDecision, 'recipient'>

export interface DefectOutcome {
  /** Bounce rows on the person's queue row. */
  readonly bounces: readonly BounceTypeName[]
  readonly onHold: 0 | 1
  readonly optedOut: boolean
}

export const verpDomain = 'crm.example.org'
export const plainVerp: VerpSettings = { localpart: 'bounce+', separator: '.', domains: [verpDomain] }

/** An address that only this case of this run has. */
export function addressOf(tag: string, id: string, localPart: string): string {
  return `${localPart}@${id.toLowerCase()}.${tag}.example.org`
}

export const verdicts = {
  invalid: { rule: 'bounce-permanent', standing: 'effective', effects: ['bounce Invalid'] },
  holdInvalid: { rule: 'bounce-permanent', standing: 'effective', effects: ['hold Invalid'] },
  complaint: { rule: 'complaint', standing: 'effective', effects: ['bounce Spam', 'optOut'] },
  optOut: { rule: 'complaint', standing: 'effective', effects: ['optOut'] },
  possible: { rule: 'complaint-one-of-several', standing: 'possible', effects: [] },
} as const satisfies Record<string, Verdict>

export const outcomes = {
  untouched: { bounces: [], onHold: 0, optedOut: false },
  invalid: { bounces: ['Invalid'], onHold: 1, optedOut: false },
  relay: { bounces: ['Relay'], onHold: 0, optedOut: false },
  held: { bounces: [], onHold: 1, optedOut: false },
  complained: { bounces: ['Spam'], onHold: 1, optedOut: true },
  optedOut: { bounces: [], onHold: 0, optedOut: true },
} as const satisfies Record<string, DefectOutcome>
