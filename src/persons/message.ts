import type { Json, Person } from '../privacy/person.ts'

/** Where SES names the people whom a message is about, in both dialects. */
const lists = [
  ['mail', 'destination'],
  ['bounce', 'bouncedRecipients'],
  ['complaint', 'complainedRecipients'],
  ['delivery', 'recipients'],
  ['deliveryDelay', 'delayedRecipients'],
  ['receipt', 'recipients'],
] as const

/**
 * A message as it came, without one of the people whom it is about; null where it was about nobody else. It no longer
 * fits its signature, which was checked when it came.
 */
export function messageWithout(person: Person, raw: Uint8Array): Uint8Array | null {
  const text = textOf(raw)
  const cut = person.cut(text)
  return peopleIn(text).length > 0 && peopleIn(cut).length === 0 ? null : Buffer.from(cut)
}

/** The message as one person may see it: without the others whom it is about. */
export function messageFor(person: Person, raw: Uint8Array, others: (address: string) => Person): string {
  const text = textOf(raw)
  return peopleIn(text)
    .filter((address) => !person.isHis(address))
    .reduce((left, address) => others(address).cut(left), text)
}

export function textOf(raw: Uint8Array): string {
  return new TextDecoder().decode(raw)
}

/** Their addresses as SES writes them; none where it is no message of SES. */
export function peopleIn(text: string): readonly string[] {
  const envelope = parse(text)
  const message = property(envelope, 'Message')
  // Raw delivery has no envelope.
  const record = typeof message === 'string' ? parse(message) : envelope
  return lists.flatMap(([part, list]) => {
    const entries = property(property(record, part), list)
    return Array.isArray(entries) ? entries.flatMap((entry: Json) => addressOf(entry)) : []
  })
}

function addressOf(entry: Json): readonly string[] {
  const address = typeof entry === 'string' ? entry : property(entry, 'emailAddress')
  return typeof address === 'string' ? [address] : []
}

function property(value: Json | undefined, name: string): Json | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined
  return Object.entries(value).find(([one]) => one === name)?.[1]
}

function parse(text: string): Json | undefined {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON.parse gives is JSON
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}
