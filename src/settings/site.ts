import { z } from 'zod'
import { bounceTypeNames, defaultBounceTypes } from '../civimail/bounceTypes.ts'
import { outageGuardSchema } from '../civimail/guard/rules.ts'
import { policySchema } from '../civimail/policy/schema.ts'
import { isTimeZone } from './timeZone.ts'

/**
 * **Site**: one CiviCRM, with its address, credential, mail settings, allowed topics and policy.
 * Secrets (API key, site key) are not part of it: they are stored sealed and never leave by `show` or `export`.
 */

const domainName = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/,
    'must be a domain name such as crm.example.org',
  )

export const siteIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 lower-case letters, digits and hyphens')

/** A topic's ARN, or an AWS account's number, which allows every topic of that account. */
export const allowedTopicSchema = z.union([
  z.string().regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/, 'must be the ARN of an SNS topic'),
  z.string().regex(/^\d{12}$/, 'must be an AWS account number of 12 digits'),
])

const bounceTypeSchema = z.strictObject({
  id: z.int().min(1),
  threshold: z.int().min(0),
})

export const mailSettingsSchema = z.strictObject({
  /** Localpart of CiviCRM's default mail settings, e.g. `bounce+`; null = unknown. */
  localpart: z.string().max(64).nullable().default(null),
  /** CiviCRM's `verpSeparator`. */
  separator: z.string().min(1).max(32).default('.'),
  /** Domains of the VERP addresses. */
  domains: z.array(domainName).default([]),
  /** Domains this site sends from: mail of other senders in a shared SES account is `foreign`. */
  senderDomains: z.array(domainName).default([]),
})

const crmSettingsSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('builtin') }),
  z.strictObject({
    type: z.literal('civicrm'),
    /** Address of the CMS's front page, e.g. https://crm.example.org */
    url: z
      .url({ protocol: /^https?$/ })
      // It would be shown wherever the site is, and not be sent.
      .refine((url) => !URL.canParse(url) || new URL(url).username === '', 'must not hold a user and a password'),
    /** How routes are written: `clean` /civicrm/…, `wordpress` ?civiwp=CiviCRM&q=…, `joomla` index.php?option=… */
    urlForm: z.enum(['clean', 'wordpress', 'joomla']).default('clean'),
    /** Seconds until the gateway gives up waiting for an answer. */
    timeoutSeconds: z.number().min(1).max(600).default(60),
    /** Seconds after which a request can no longer be running on the site (PHP and proxy limits). */
    longestRequestSeconds: z.number().min(1).max(3600).default(300),
    /** Bounces in one request, at most: fewer while the site does not bear so many. */
    batchSize: z.int().min(1).max(500).default(100),
    /** Requests at the same time, so that a backlog does not take all PHP workers of a small host. */
    requestsAtOnce: z.int().min(1).max(16).default(4),
    /** Requests in a second; null = as fast as the site answers. */
    requestsPerSecond: z.number().min(0.1).max(1000).nullable().default(null),
    /** The site's time zone, in which CiviCRM stores dates; null = found out by asking it. */
    timeZone: z.string().nullable().default(null),
  }),
])

/** `record`: effects are carried out. `watch`: decided and shown, nothing written. `paused`: kept waiting. */
export const siteModes = ['record', 'watch', 'paused'] as const

/** What becomes of addresses that staff take off hold in CiviCRM. */
export const releasesSchema = z
  .strictObject({
    /** Whether they are looked for. */
    watch: z.boolean().default(true),
    everyMinutes: z.int().min(1).max(10_080).default(15),
    /** Whether they are removed from SES's suppression list, which else goes on to drop mail to them. */
    clearSuppression: z.boolean().default(false),
  })
  .prefault({})

/** As it is stored: what another Node knows as a time zone must not make all sites unreadable on this one. */
export const storedSiteSchema = z.strictObject({
  id: siteIdSchema,
  name: z.string().min(1).max(200),
  mode: z.enum(siteModes).default('record'),
  crm: crmSettingsSchema,
  mail: mailSettingsSchema.prefault({}),
  topics: z.array(allowedTopicSchema).default([]),
  policy: policySchema,
  /** Sets bursts of bounces aside that look like a fault of the receiving side. */
  outageGuard: outageGuardSchema,
  releases: releasesSchema,
  /** The site's own ids and thresholds, by name. */
  bounceTypes: z.record(z.enum(bounceTypeNames), bounceTypeSchema).default({ ...defaultBounceTypes }),
})

/** As it is given: by options, a file, an operation. */
export const siteSchema = storedSiteSchema.superRefine(({ crm, mail }, context) => {
  if (/[@\s]/.test(mail.localpart ?? ''))
    context.addIssue({
      code: 'custom',
      path: ['mail', 'localpart'],
      message: 'must be what stands before the @ of the bounce addresses, such as bounce+',
    })
  if (crm.type === 'builtin' || crm.timeZone === null || isTimeZone(crm.timeZone)) return
  const message = `${JSON.stringify(crm.timeZone)} is no time zone: name it like Europe/Berlin`
  context.addIssue({ code: 'custom', path: ['crm', 'timeZone'], message })
})

export type Site = z.output<typeof siteSchema>
export type SiteInput = z.input<typeof siteSchema>
export type SiteMode = (typeof siteModes)[number]
export type CrmSettings = Site['crm']
export type RemoteCrmSettings = Extract<CrmSettings, { readonly type: 'civicrm' }>
export type MailSettings = Site['mail']
