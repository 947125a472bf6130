import { z } from 'zod'
import { alarmKinds, isAlarmKind } from '../alarms/kinds.ts'

/**
 * Where alarms go and when. Secrets are never in this file: it names the files that hold them.
 */

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}$/, 'must be a short name')
  .optional()

const file = z.string().min(1).nullable().default(null)

const webhookSchema = z.strictObject({
  type: z.literal('webhook'),
  name,
  url: z.url({ protocol: /^https?$/ }),
  /** Holds a token that is sent as `Authorization: Bearer`. */
  tokenFile: file,
})

const commandSchema = z.strictObject({
  type: z.literal('command'),
  name,
  /** Program and arguments; no shell. */
  command: z.array(z.string().min(1)).min(1),
})

const emailSchema = z.strictObject({
  type: z.literal('email'),
  name,
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).default(587),
  security: z.enum(['starttls', 'tls', 'none']).default('starttls'),
  user: z.string().min(1).nullable().default(null),
  passwordFile: file,
  from: z.email(),
  to: z.array(z.email()).min(1),
})

export const alarmsSchema = z.strictObject({
  channels: z
    .array(z.discriminatedUnion('type', [webhookSchema, commandSchema, emailSchema]))
    .max(20)
    .default([])
    // What a channel has told is kept under its name.
    .transform((channels) => channels.map((channel) => ({ ...channel, name: channel.name ?? channel.type })))
    .refine((channels) => new Set(channels.map((channel) => channel.name)).size === channels.length, {
      message: 'two channels have the same name: give each a `name` of its own',
    }),
  /** A channel sends at most one message in so many minutes; what happens in between comes together. */
  everyMinutes: z.number().min(0).max(1440).default(5),
  /** An alarm that stays is told again after so many hours. */
  repeatHours: z.number().min(0.1).max(1000).default(24),
  /** Notifications that wait longer are an alarm. */
  backlogMinutes: z.number().min(1).max(100_000).default(60),
  /** Less free space on the data folder's disk is an alarm. */
  freeMiB: z.number().min(0).default(256),
  /** Kinds that nobody wants to hear of. */
  mute: z
    .array(
      z.string().refine(isAlarmKind, {
        error: `is no kind of alarm; there are ${Object.keys(alarmKinds).join(', ')}`,
      }),
    )
    .default([]),
})

export type AlarmsConfig = Readonly<z.output<typeof alarmsSchema>>
export type ChannelConfig = AlarmsConfig['channels'][number]
