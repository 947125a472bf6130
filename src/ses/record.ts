import { z } from 'zod'

/**
 * The border: what a SES record looks like, read so that no odd or missing field loses an event. Every
 * field falls back to an empty value; unknown fields are kept (SES may add fields at any time).
 */

/** A text; a number, or a list of one, is taken for one. */
const scalar = z.preprocess(onlyOne, z.union([z.string(), z.number().transform(String)]))
const text = scalar.catch('')
const textOrNull = scalar.nullable().catch(null)

/** Texts where SES gives a list; a single text is taken for a list of one, what is no text is left out. */
const texts = z
  .union([z.string().transform((one) => [one]), z.array(z.unknown()).transform((all) => all.filter(isText))])
  .catch([])

const commonHeadersSchema = z.looseObject({ from: texts, to: texts, returnPath: textOrNull })

const mailSchema = z.looseObject({
  timestamp: textOrNull,
  messageId: text,
  source: text,
  destination: texts,
  /** A JSON boolean, though AWS's page says text. */
  headersTruncated: z.union([z.boolean(), z.stringbool()]).catch(false),
  headers: z.unknown().optional(),
  commonHeaders: z.preprocess(onlyOne, commonHeadersSchema).catch(() => commonHeadersSchema.parse({})),
  tags: z.record(z.string(), texts).catch({}),
})

export const recordSchema = z.looseObject({
  eventType: textOrNull,
  notificationType: textOrNull,
  mail: z.preprocess(onlyOne, mailSchema).catch(() => mailSchema.parse({})),
})

/** One entry of bouncedRecipients, complainedRecipients, delayedRecipients; Delivery gives bare texts. */
const recipientSchema = z.union([
  z.string().transform((emailAddress) => ({ emailAddress, status: null, action: null, diagnosticCode: null })),
  z.looseObject({ emailAddress: text, status: textOrNull, action: textOrNull, diagnosticCode: textOrNull }),
])

const noRecipient = { emailAddress: '', status: null, action: null, diagnosticCode: null }

/** A list of recipients; an entry that is none becomes one without an address, so that it can be counted. */
export const recipientsSchema = z
  .union([z.array(recipientSchema.catch(noRecipient)), recipientSchema.transform((one) => [one])])
  .catch([])

/** The fields of the kinds' own objects that are read by name. */
export const detailSchema = z.looseObject({
  timestamp: textOrNull,
  feedbackId: textOrNull,
  bounceType: text,
  bounceSubType: text,
  reportingMTA: textOrNull,
  complaintFeedbackType: textOrNull,
  complaintSubType: textOrNull,
  link: textOrNull,
})

export type SesRecord = z.output<typeof recordSchema>
export type SesMail = SesRecord['mail']
export type SesDetail = z.output<typeof detailSchema>
export type NamedRecipient = z.output<typeof recipientsSchema>[number]

/** What stands in a list of one; anything else as it is. */
export function onlyOne(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
