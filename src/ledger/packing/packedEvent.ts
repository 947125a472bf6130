import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { MailEvent } from '../../ses/mailEvent.ts'
import { dictionary1 } from './dictionary.ts'

/** Text of a column that holds a mail event: packed, or the plain JSON that earlier versions wrote. */
export type PackedEvent = string & { readonly packed?: MailEvent }

/** Says by which dictionary it was packed. JSON of an object begins with a brace. */
const mark1 = '1:'

/**
 * The window holds dictionary and event together. Less memory for the tables costs a few bytes and saves most of the
 * time, which goes into setting them up.
 */
const sizes = { windowBits: 14, memLevel: 5, level: 6 } as const

/**
 * Nine tenths of an event are what all events have in common: names of fields, of headers, words of SES. As JSON it
 * takes two kilobytes, which is most of what the ledger stores, and a page of the database holds one of them; packed
 * it takes a fifth of that. The text stays text, in base64, so that both engines keep it in the column it had.
 */
export function packEvent(event: MailEvent): PackedEvent {
  return packEventJson(JSON.stringify(event))
}

/** For those who have the JSON already. */
export function packEventJson(json: string): PackedEvent {
  return mark1 + deflateRawSync(json, { ...sizes, dictionary: dictionary1 }).toString('base64')
}

export function unpackEvent(text: PackedEvent): MailEvent {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing but `packEvent` and its forerunner writes it
  return JSON.parse(eventJson(text)) as MailEvent
}

/** The JSON of a stored event, for those who work on the text. */
export function eventJson(text: PackedEvent): string {
  if (!text.startsWith(mark1)) return text
  const packed = Buffer.from(text.slice(mark1.length), 'base64')
  return inflateRawSync(packed, { windowBits: sizes.windowBits, dictionary: dictionary1 }).toString()
}
