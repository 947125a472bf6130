import type { Random } from '../../src/clock.ts'
import { allCases } from '../../src/simulator/cases.ts'
import { type MailOptions, mailingMail, transactionalMail } from '../../src/simulator/mailing.ts'
import { pick, sesId, wholeNumber } from '../../src/simulator/random.ts'
import type { SesMessage } from '../../src/simulator/ses/record.ts'
import { sendingAccount } from '../../src/simulator/sns.ts'
import { anyCorrespondence, type FuzzWorld } from './world.ts'

/** Ids of mails that are told of again and again, so that the ledger meets what it has. */
const knownMails = 500

/** A record as SES would write it, of any kind, in either dialect, about a mail of one of the sites or of none. */
export function genuineRecord(random: Random, world: FuzzWorld, topicArn: string): SesMessage {
  const { verp, recipients } = anyCorrespondence(random, world)
  const { address, row } = pick(random, recipients)
  const sesCase = pick(random, allCases)
  const sentAt = world.now - wholeNumber(random, 86_400_000)
  const copies = [pick(random, recipients).address]
  const options: MailOptions = {
    messageId: random() < 0.1 ? knownMail(wholeNumber(random, knownMails)) : sesId(random, sentAt),
    sentAt,
    to: address,
    ...(random() < 0.2 ? { toName: 'Zoë "Z" Example' } : {}),
    subject: 'Newsletter',
    from: `"Example Org" <news@${verp.domain}>`,
    account: sendingAccount(topicArn, verp.domain),
    ...(sesCase.copies === 'cc' ? { cc: copies } : {}),
    ...(sesCase.copies === 'bcc' ? { bcc: copies } : {}),
  }
  const inMailing = row !== null && random() < 0.8
  const mail = inMailing ? mailingMail(options, verp, row, random() < 0.9 ? 'b' : 'm') : transactionalMail(options)
  const at = sentAt + wholeNumber(random, 3_600_000)
  return sesCase.message({
    mail,
    addresses: { recipient: [address], copies, all: [address, ...copies] }[sesCase.names],
    at,
    dialect: pick(random, sesCase.dialects),
    feedbackId: sesId(random, at),
    topicArn,
  })
}

function knownMail(number: number): string {
  return `0102${number.toString(16).padStart(12, '0')}-00000000-0000-4000-8000-000000000000-000000`
}
