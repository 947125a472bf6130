import { isObject, type JsonObject } from './json.ts'
import { type Dialect, knownKinds, type MailEventKind } from './mailEvent.ts'
import { onlyOne, type SesRecord } from './record.ts'

/** SES's names without blanks and letter case, since `Rendering Failure` is written with a blank. */
const kindsByName: ReadonlyMap<string, MailEventKind> = new Map(knownKinds.map((kind) => [kind.toLowerCase(), kind]))

/** EventBridge's detail-type, for a detail that does not name its kind. */
const kindsByDetailType: ReadonlyMap<string, string> = new Map([
  ['email bounced', 'Bounce'],
  ['email complaint received', 'Complaint'],
  ['email delivered', 'Delivery'],
  ['email sent', 'Send'],
  ['email rejected', 'Reject'],
  ['email opened', 'Open'],
  ['email clicked', 'Click'],
  ['email rendering failed', 'Rendering Failure'],
  ['email delivery delayed', 'DeliveryDelay'],
  ['email subscribed', 'Subscription'],
])

export interface NamedKind {
  readonly kind: MailEventKind
  readonly dialect: Dialect
  /** False where the record does not say it and it was read from the object beside `mail`. */
  readonly named: boolean
}

const known: ReadonlySet<string> = new Set(knownKinds)

export function isKnown(kind: MailEventKind): boolean {
  return known.has(kind)
}

/**
 * The kind of a record, or null for JSON that is no SES record: other producers, too, call a field of
 * theirs `eventType`, so a kind unknown to us must come with a mail.
 */
export function kindOf(record: SesRecord): NamedKind | null {
  const name = [record.eventType, record.notificationType].find((text) => text !== null && text.trim() !== '')
  if (typeof name === 'string') {
    const kind = kindNamed(name)
    const dialect = name === record.eventType ? 'eventPublishing' : 'identity'
    const aboutMail = record.mail.messageId !== '' || record.mail.destination.length > 0
    return isKnown(kind) || aboutMail ? { kind, dialect, named: true } : null
  }
  const kind = knownKinds.find((known) => isObject(record[objectName(known)]))
  return kind === undefined || record.mail.messageId === '' ? null : { kind, dialect: 'eventPublishing', named: false }
}

/** A kind by SES's name; one unknown to us keeps its own name in camel case. */
function kindNamed(name: string): MailEventKind {
  const known = kindsByName.get(name.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase())
  return known ?? camelCase(name)
}

/** SES's name of the kind that an EventBridge event of this detail-type holds. */
export function kindOfDetailType(detailType: string): string {
  return kindsByDetailType.get(detailType.trim().toLowerCase()) ?? detailType
}

/** The kind's own object beside `mail`; an empty one where there is none. */
export function detailOf(record: SesRecord, kind: MailEventKind): JsonObject {
  return [onlyOne(record[objectName(kind)]), record[kind]].find((value) => isObject(value)) ?? {}
}

function objectName(kind: MailEventKind): string {
  return kind === 'renderingFailure' ? 'failure' : kind
}

function camelCase(name: string): string {
  const words = name
    .slice(0, 100)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  return joined === '' ? 'unnamed' : joined.charAt(0).toLowerCase() + joined.slice(1)
}
