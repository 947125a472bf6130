import type { Random } from '../clock.ts'
import { caseNamed } from './cases.ts'
import { type Forgery, type Stranger, forgeries } from './forgery.ts'
import { type QueueRow, type VerpForm, mailingMail } from './mailing.ts'
import { sesId } from './random.ts'
import type { ScenarioPerson } from './scenarioPeople.ts'
import { type Dialect, dialects, otherDialect } from './ses/dialect.ts'
import type { SendingAccount } from './ses/sentMail.ts'
import type { SnsRequest, SnsTopic } from './topic.ts'

export interface ScenarioOptions {
  readonly people: readonly ScenarioPerson[]
  /** The copies of the mailing, by address: those that the CRM's queue rows say. */
  readonly rows: ReadonlyMap<string, QueueRow>
  readonly verp: VerpForm
  readonly from: string
  readonly subject: string
  readonly account: SendingAccount
  readonly topic: SnsTopic
  readonly stranger: Stranger
  readonly random: Random
  /** Epoch milliseconds: the mailing went out five minutes before, the feedback came since. */
  readonly now: number
}

export interface ScenarioMessage {
  readonly request: SnsRequest
  /** Whom it is about. */
  readonly person: ScenarioPerson
  readonly dialect: Dialect
  /** What is false about it; null for a genuine one. */
  readonly lie: string | null
  /** The answer that the gateway must give, whatever else happens. */
  readonly status: number
}

const minute = 60_000

/**
 * The messages of one mailing's feedback, the same for the same options. They may be given more than
 * once and in any order: the expected states stay what they are.
 *
 * @throws RangeError where a person of the mailing has no queue row
 */
export function scenarioMessages(options: ScenarioOptions): readonly ScenarioMessage[] {
  return options.people.flatMap((person, index) => messagesAbout(person, index, options))
}

function messagesAbout(person: ScenarioPerson, index: number, options: ScenarioOptions): readonly ScenarioMessage[] {
  const { report } = person
  if (report === null) return []
  const { random, now, topic } = options
  const row = options.rows.get(person.email)
  if (row === undefined) throw new RangeError(`${person.name} has no copy of the mailing`)
  const sesCase = caseNamed(report.sesCase)
  const sentAt = now - 5 * minute
  const cc = report.cc === undefined ? [] : [report.cc]
  const { subject, from, account } = options
  const mail = mailingMail(
    { messageId: sesId(random, sentAt), sentAt, to: person.email, toName: person.name, cc, subject, from, account },
    options.verp,
    row,
  )
  const at = sentAt + minute + index * 1000
  const addresses = { recipient: [person.email], copies: cc, all: [person.email, ...cc] }[sesCase.names]
  const feedbackId = sesId(random, at)
  // Both dialects have their turn, where the kind exists in both.
  const first = sesCase.dialects[index % sesCase.dialects.length] ?? dialects[0]
  const told = report.twist === 'otherDialectToo' ? [first, otherDialect(first)] : [first]
  return told.map((dialect) => {
    const published = sesCase.message({ mail, addresses, at, dialect, feedbackId, topicArn: topic.arn })
    const genuine = topic.notification({ ...published, at })
    const forgery = forgeryOf(person)
    return {
      request: forgery === null ? genuine : forgery.forge(genuine, options.stranger),
      person,
      dialect,
      lie: forgery?.lie ?? null,
      status: forgery?.status ?? 200,
    }
  })
}

function forgeryOf({ report }: ScenarioPerson): Forgery | null {
  if (report?.twist === 'forged') return forgeries.strangersKey
  return report?.twist === 'strangersTopic' ? forgeries.strangersTopic : null
}
