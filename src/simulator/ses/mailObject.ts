import { type Dialect, time } from './dialect.ts'
import { type Header, type SendingAccount, type SentMail, headerOf } from './sentMail.ts'

/** A JSON object as it will be written; keys in SES's order. */
export type Json = Readonly<Record<string, unknown>>

export interface MailObjectOptions {
  readonly dialect: Dialect
  /** False: "include original headers" is off, or the kind has none. */
  readonly withHeaders: boolean
  /** Opens and clicks do not name the identity. */
  readonly withSourceArn: boolean
  readonly outgoingIp: string | null
}

/** SES gives no more than this of a mail's headers; what comes behind is missing, and the record says so. */
const mostHeaderBytes = 10 * 1024

/** The `mail` object of a record. */
export function mailObject(mail: SentMail, options: MailObjectOptions): Json {
  const { account } = mail
  const { dialect, withHeaders, withSourceArn, outgoingIp } = options
  const sourceArn = `arn:aws:ses:${account.region}:${account.id}:identity/${account.identity}`
  return {
    timestamp: time(mail.sentAt),
    source: mail.source,
    ...(withSourceArn ? { sourceArn } : {}),
    ...(dialect === 'identity' ? { sourceIp: account.sourceIp, callerIdentity: account.callerIdentity } : {}),
    sendingAccountId: account.id,
    messageId: mail.messageId,
    destination: mail.destination,
    ...headerFields(mail, dialect, withHeaders),
    ...(dialect === 'eventPublishing' ? { tags: tagsOf(mail, account, outgoingIp) } : {}),
  }
}

function headerFields(mail: SentMail, dialect: Dialect, withHeaders: boolean): Json {
  // Event publishing keeps this one field where it leaves the headers out; identity feedback has none of the three.
  if (!withHeaders) return dialect === 'eventPublishing' ? { headersTruncated: false } : {}
  const headers = firstHeaders(mail.headers)
  return {
    headersTruncated: headers.length < mail.headers.length,
    headers,
    commonHeaders: commonHeaders(mail, dialect),
  }
}

function firstHeaders(headers: readonly Header[]): readonly Header[] {
  let bytes = 0
  const end = headers.findIndex(({ name, value }) => {
    bytes += Buffer.byteLength(`${name}: ${value}\r\n`)
    return bytes > mostHeaderBytes
  })
  return end === -1 ? headers : headers.slice(0, end)
}

/** Lists hold the whole header as one text, as seen; of the Message-ID each dialect shows another one. */
function commonHeaders(mail: SentMail, dialect: Dialect): Json {
  const messageId = dialect === 'eventPublishing' ? mail.messageId : headerOf(mail, 'Message-ID')
  return present({
    returnPath: headerOf(mail, 'Return-Path'),
    from: list(headerOf(mail, 'From')),
    replyTo: list(headerOf(mail, 'Reply-To')),
    date: dialect === 'identity' ? headerOf(mail, 'Date') : null,
    to: list(headerOf(mail, 'To')),
    cc: list(headerOf(mail, 'Cc')),
    messageId,
    subject: headerOf(mail, 'Subject'),
  })
}

function list(value: string | null): readonly string[] | null {
  return value === null ? null : [value]
}

function tagsOf(mail: SentMail, account: SendingAccount, outgoingIp: string | null): Json {
  return {
    'ses:operation': ['SendSmtpEmail'],
    'ses:configuration-set': [account.configurationSet],
    'ses:source-ip': [account.sourceIp],
    'ses:from-domain': [domainOf(mail.source)],
    'ses:caller-identity': [account.callerIdentity],
    ...(outgoingIp === null ? {} : { 'ses:outgoing-ip': [outgoingIp] }),
    ...mail.tags,
  }
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).replace('>', '')
}

/** Leaves out what is null: SES has no such key then. */
export function present(fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
}
