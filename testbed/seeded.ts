import { z } from 'zod'

/**
 * What has been put into CiviCRM. Ids are CiviCRM's; an address is written as CiviCRM stores it,
 * lower-cased.
 */
const contactSchema = z.object({
  contactId: z.number(),
  emailId: z.number(),
  email: z.string(),
  name: z.string(),
})

/** Where a mailing went: the row that a VERP address names. */
const referenceSchema = z.object({
  mailingId: z.number(),
  jobId: z.number(),
  queueId: z.number(),
  hash: z.string(),
  /** The address at the time of the mailing; the email row may have been changed since. */
  sentTo: z.string(),
})

export const queueRowSchema = contactSchema.extend(referenceSchema.shape)

const personSchema = contactSchema.extend(referenceSchema.partial().shape)

export const worldSchema = z.object({
  /** Each with its one job, sent. */
  mailings: z.array(z.object({ mailingId: z.number(), jobId: z.number(), name: z.string() })),
  /** By the names that php/seed.php gives; those without a queue row got no mailing. */
  people: z.record(z.string(), personSchema),
})

export type SeededContact = Readonly<z.infer<typeof contactSchema>>
export type SeededQueueRow = Readonly<z.infer<typeof queueRowSchema>>
export type SeededPerson = Readonly<z.infer<typeof personSchema>>
export type SeededWorld = Readonly<z.infer<typeof worldSchema>>

export interface SeededMailing {
  readonly mailingId: number
  readonly jobId: number
  /** In the order of the recipients given. */
  readonly rows: readonly SeededQueueRow[]
}
