import type { Clock } from '../../src/clock.ts'
import { caseNamed } from '../../src/simulator/cases.ts'
import { disturb } from '../../src/simulator/disturb.ts'
import { mailingMail, transactionalMail } from '../../src/simulator/mailing.ts'
import { pick, seededRandom, sesId } from '../../src/simulator/random.ts'
import { type Dialect, otherDialect } from '../../src/simulator/ses/dialect.ts'
import type { SentMail } from '../../src/simulator/ses/sentMail.ts'
import { sendingAccount } from '../../src/simulator/sns.ts'
import type { SnsRequest, SnsTopic } from '../../src/simulator/topic.ts'
import { mailDomainOf, type StoredPerson, verp } from './crms/crmUnderTest.ts'

/** One mail event of the run: what is told, and to whose account it goes. */
export interface ToldEvent {
  readonly person: StoredPerson
  /** Null where the mail refers to no mailing. */
  readonly queueId: number | null
  readonly mail: SentMail
  readonly at: number
}

interface Telling {
  readonly event: ToldEvent
  readonly dialect: Dialect
  readonly feedbackId: string
}

export interface StreamOptions {
  readonly people: readonly StoredPerson[]
  readonly topic: SnsTopic
  readonly seed: string
  readonly clock: Clock
}

export interface Stream {
  readonly events: readonly ToldEvent[]
  /** In the order of sending; a repetition is the very same message. Signed at the first call. */
  readonly messages: readonly (() => SnsRequest)[]
}

/** SNS repeats a tenth by itself, a sixth comes in both dialects, and nothing keeps its place. */
const disturbances = { duplicates: 0.1, otherDialect: 0.16, reorder: 40 } as const

/** Lays out all that is to be sent. The events of one person are far apart, as those of several mailings are. */
export function layStream({ people, topic, seed, clock }: StreamOptions): Stream {
  const random = seededRandom(seed, 'events')
  const events = [1, 2, 3].flatMap((copy) =>
    people
      .filter(({ story }) => story.copies >= copy)
      .map((person): ToldEvent => {
        const at = clock.now()
        const row = person.rows[copy - 1] ?? null
        const domain = mailDomainOf(person.site)
        const options = {
          messageId: sesId(random, at - 60_000),
          sentAt: at - 60_000,
          to: person.email,
          subject: 'Newsletter',
          from: `"Example Org" <news@${domain}>`,
          account: sendingAccount(topic.arn, domain),
        }
        const mail = row === null ? transactionalMail(options) : mailingMail(options, { ...verp, domain }, row)
        return { person, queueId: row?.queueId ?? null, mail, at }
      }),
  )
  const told = events.map((event): Telling => ({
    event,
    dialect: pick(random, caseNamed(event.person.story.sesCase).dialects),
    feedbackId: sesId(random, event.at),
  }))
  const stream = disturb(
    told,
    { ...disturbances, other: (telling) => ({ ...telling, dialect: otherDialect(telling.dialect) }) },
    seededRandom(seed, 'disturbances'),
  )
  const signed = new Map<Telling, SnsRequest>()
  return {
    events,
    messages: stream.map((telling) => () => {
      const request = signed.get(telling) ?? sign(telling, topic)
      signed.set(telling, request)
      return request
    }),
  }
}

function sign({ event, dialect, feedbackId }: Telling, topic: SnsTopic): SnsRequest {
  const { person, mail, at } = event
  const sesCase = caseNamed(person.story.sesCase)
  return topic.notification(
    sesCase.message({ mail, addresses: [person.email], at, dialect, feedbackId, topicArn: topic.arn }),
  )
}
