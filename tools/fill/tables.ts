/** What a column of the store holds, in the words of both engines. */
export type Value = string | number | null | Uint8Array

/** A row by its columns. */
export type Row = Readonly<Record<string, Value>>

/**
 * The tables in which one notification leaves rows, in the order in which foreign keys let them be written. What
 * gets an id of its own is named with it; the others bear those of their fellows.
 */
export const filledTables = [
  'contact',
  'contact_email',
  'mailing',
  'mailing_queue',
  'mailing_bounce',
  'notification',
  'notification_message',
  'mail_event',
  'event_facts',
  'effect',
  'sighting',
] as const

export type TableName = (typeof filledTables)[number]

/** Those of the built-in contact store: in an installation with a CiviCRM they are CiviCRM's. */
export const contactTables: ReadonlySet<TableName> = new Set([
  'contact',
  'contact_email',
  'mailing',
  'mailing_queue',
  'mailing_bounce',
])

/** Whose ids are given out. */
export const numberedTables = [
  'contact',
  'contact_email',
  'mailing',
  'mailing_queue',
  'mailing_bounce',
  'notification',
  'mail_event',
  'effect',
] as const satisfies readonly TableName[]

export type NumberedTable = (typeof numberedTables)[number]
