import type { Header, SendingAccount, SentMail } from './ses/sentMail.ts'

/** How the site writes its bounce addresses: CiviCRM's default mail settings and its `verpSeparator`. */
export interface VerpForm {
  /** Often empty. No separator stands between it and the letter of the action. */
  readonly localpart: string
  readonly separator: string
  readonly domain: string
}

/** What tells one copy of a mailing from all others. */
export interface QueueRow {
  readonly jobId: number
  readonly queueId: number
  /** 16 characters [0-9a-z]. */
  readonly hash: string
}

/** CiviMail's address for a copy: `{localpart}{action}{sep}{job}{sep}{queue}{sep}{hash}@{domain}`. */
export function verpAddress(form: VerpForm, action: string, { jobId, queueId, hash }: QueueRow): string {
  return `${form.localpart}${[action, jobId, queueId, hash].join(form.separator)}@${form.domain}`
}

export interface MailOptions {
  /** SES's id of the mail. */
  readonly messageId: string
  /** Epoch milliseconds. */
  readonly sentAt: number
  readonly to: string
  /** Display name of the To header. */
  readonly toName?: string
  readonly cc?: readonly string[]
  readonly bcc?: readonly string[]
  readonly subject: string
  /** From header, e.g. `"Example Org" <news@example.org>`. */
  readonly from: string
  readonly account: SendingAccount
  /** The site's mail settings have a fixed one: the VERP address is then in X-CiviMail-Bounce alone. */
  readonly returnPath?: string
}

/**
 * One copy of a mailing, with the headers of CiviMail in its order.
 *
 * @param action letter of the bounce address; extensions for transactional mail write `m`
 */
export function mailingMail(options: MailOptions, form: VerpForm, row: QueueRow, action: 'b' | 'm' = 'b'): SentMail {
  const bounces = verpAddress(form, action, row)
  const { returnPath = bounces } = options
  const { jobId, queueId, hash } = row
  const page = `https://${form.domain}/civicrm/mailing/unsubscribe?reset=1&jid=${jobId}&qid=${queueId}&h=${hash}`
  return sentMail(options, returnPath, [
    { name: 'MIME-Version', value: '1.0' },
    { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
    { name: 'List-Unsubscribe', value: `<mailto:${verpAddress(form, 'u', row)}>, <${page}>` },
    { name: 'Subject', value: options.subject },
    { name: 'Precedence', value: 'bulk' },
    { name: 'job_id', value: String(jobId) },
    { name: 'From', value: options.from },
    { name: 'Reply-To', value: options.from },
    { name: 'Return-Path', value: returnPath },
    { name: 'X-CiviMail-Bounce', value: bounces },
    ...addressees(options),
    { name: 'Content-Type', value: 'multipart/alternative; boundary="=_44002dac3a088f21"' },
  ])
}

/** A receipt or the like: nothing in it refers to a mailing, so only its addresses say whose it is. */
export function transactionalMail(options: MailOptions): SentMail {
  const { returnPath: sender = /<([^>]*)>/.exec(options.from)?.[1] ?? options.from } = options
  return sentMail(options, sender, [
    { name: 'MIME-Version', value: '1.0' },
    { name: 'From', value: options.from },
    ...addressees(options),
    { name: 'Subject', value: options.subject },
    { name: 'Return-Path', value: sender },
    { name: 'Content-Type', value: 'text/plain; charset=utf-8' },
  ])
}

function addressees({ to, toName, cc = [] }: MailOptions): readonly Header[] {
  const toValue = toName === undefined ? to : `${toName} <${to}>`
  return [{ name: 'To', value: toValue }, ...(cc.length === 0 ? [] : [{ name: 'Cc', value: cc.join(', ') }])]
}

function sentMail(options: MailOptions, source: string, headers: readonly Header[]): SentMail {
  const { messageId, sentAt, to, cc = [], bcc = [], account } = options
  return {
    messageId,
    sentAt,
    source,
    // Bcc is in the envelope alone.
    destination: [to, ...cc, ...bcc],
    headers: [
      ...headers,
      { name: 'Date', value: new Date(sentAt).toUTCString().replace('GMT', '+0000') },
      { name: 'Message-ID', value: `<${messageId.slice(17, 53)}@${account.identity}>` },
    ],
    account,
  }
}
