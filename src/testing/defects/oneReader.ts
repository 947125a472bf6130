import type { PresetName } from '../../civimail/policy/schema.ts'
import type { SesMessageInput } from '../sesMessage.ts'
import {
  addressOf,
  type DefectCase,
  type DefectOutcome,
  outcomes,
  plainVerp,
  type Verdict,
  verdicts,
} from './defectCase.ts'
import { verpMessage, type VerpOptions } from './verpMessage.ts'

export interface OneReader extends VerpOptions {
  readonly tag: string
  readonly id: string
  readonly title: string
  readonly preset?: PresetName
  readonly email?: string
  /** How SES spells the address, where it differs. */
  readonly told?: string
  /** Somebody else, whom a cut address would hit. */
  readonly bystander?: string
  readonly hash?: (hash: string) => string
  readonly input?: Partial<SesMessageInput>
  readonly purged?: true
  readonly verdict?: Verdict
  readonly outcome?: DefectOutcome
}

/** A mailing to one person and one record about it; a hard bounce unless told otherwise. */
export function oneReader(given: OneReader): DefectCase {
  const { tag, id, title, preset = 'standard', verp = plainVerp, bystander } = given
  const { verdict = verdicts.invalid, outcome = outcomes.invalid, hash = (same) => same } = given
  const email = given.email ?? addressOf(tag, id, 'reader')
  const recipient = given.told ?? email
  return {
    id,
    title,
    preset,
    verp,
    people: { ana: { email }, ...(bystander === undefined ? {} : { ben: { email: bystander } }) },
    mailing: ['ana'],
    ...(given.purged ? { change: { purge: 'ana' } } : {}),
    messages: ({ rowOf, now }) => {
      const row = rowOf('ana')
      const input = { kind: 'Bounce', recipients: [recipient], messageId: `${tag}-${id}`, at: now, ...given.input }
      return [verpMessage({ ...row, hash: hash(row.hash) }, input, given)]
    },
    decisions: [{ recipient, ...verdict }],
    outcome: { ana: outcome, ...(bystander === undefined ? {} : { ben: outcomes.untouched }) },
  }
}
