import { addressKey, cleanAddress } from './addresses.ts'
import type { JsonObject } from './json.ts'
import type { MailEventKind } from './mailEvent.ts'
import { type NamedRecipient, recipientsSchema } from './record.ts'
import { oneLineOrNull } from './text.ts'

/** SES takes 50 recipients a mail; a record with more than this is not SES's work. */
export const mostRecipients = 200

/** Where SES names whom an event is about. A map: a kind unknown to us may be called `toString`. */
const listNames: ReadonlyMap<string, string> = new Map([
  ['bounce', 'bouncedRecipients'],
  ['complaint', 'complainedRecipients'],
  ['delivery', 'recipients'],
  ['deliveryDelay', 'delayedRecipients'],
])

/** Kinds that concern some of the destinations: which, only the record can say. */
const ofSomeDestinations: ReadonlySet<string> = new Set([...listNames.keys(), 'open', 'click', 'subscription'])

export interface Recipients {
  /** Each once, cleaned; a single nameless one ('') where nobody can be named. Never empty. */
  readonly recipients: readonly NamedRecipient[]
  readonly warnings: readonly string[]
}

/**
 * Whom an event is about. Where the record's own list is empty, the mail's only destination is taken
 * (SES has sent bounces with an empty list); of several destinations nobody can be picked.
 */
export function recipientsOf(kind: MailEventKind, detail: JsonObject, destinations: readonly string[]): Recipients {
  const listed = recipientsSchema.parse(detail[listNames.get(kind) ?? foreignListName(detail)])
  const named = distinct(listed)
  const warnings: string[] = []
  if (listed.some((entry) => cleanAddress(entry.emailAddress) === ''))
    warnings.push('a recipient without an address was left out')
  if (named.length > 0) return bounded(named, warnings)

  if (listNames.has(kind)) warnings.push(`the ${kind} names no recipient`)
  if (destinations.length === 1 || !ofSomeDestinations.has(kind)) {
    const all = distinct(destinations.map((address) => nameless(address)))
    if (all.length > 0) return bounded(all, warnings)
  }
  return { recipients: [nameless('')], warnings }
}

function bounded(named: readonly NamedRecipient[], warnings: readonly string[]): Recipients {
  if (named.length <= mostRecipients) return { recipients: named, warnings }
  return {
    recipients: named.slice(0, mostRecipients),
    warnings: [...warnings, `of ${named.length} recipients only the first ${mostRecipients} were read`],
  }
}

/** SES may name one twice; the first mention counts, since several named ones mean uncertainty in complaints. */
function distinct(entries: readonly NamedRecipient[]): readonly NamedRecipient[] {
  const found = new Map<string, NamedRecipient>()
  for (const entry of entries) {
    const emailAddress = cleanAddress(entry.emailAddress)
    const key = addressKey(emailAddress)
    if (emailAddress !== '' && !found.has(key)) found.set(key, { ...entry, ...lines(entry), emailAddress })
  }
  return [...found.values()]
}

/**
 * An empty field says nothing. The diagnosis is kept as the server wrote it, line breaks included: it is
 * evidence, and whoever prints it makes one line of it.
 */
function lines(entry: NamedRecipient): Pick<NamedRecipient, 'status' | 'action' | 'diagnosticCode'> {
  return {
    status: oneLineOrNull(entry.status),
    action: oneLineOrNull(entry.action),
    diagnosticCode:
      oneLineOrNull(entry.diagnosticCode) === null ? null : (entry.diagnosticCode?.toWellFormed() ?? null),
  }
}

function nameless(emailAddress: string): NamedRecipient {
  return { emailAddress, status: null, action: null, diagnosticCode: null }
}

/** A kind unknown to us most likely names its list as the others do. */
function foreignListName(detail: JsonObject): string {
  return Object.keys(detail).find((name) => /recipients$/i.test(name)) ?? 'recipients'
}
