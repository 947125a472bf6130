import { z } from 'zod'
import { alarmsSchema } from './alarms.ts'

/**
 * What a process needs to start. What belongs to the work (sites, topics, policies) is in the
 * database and changes without a restart: see settings/.
 */
export const configSchema = z.strictObject({
  /** Holds the database, the key of its secrets, the lock and the control socket. */
  dataFolder: z.string().min(1).default('data'),
  listen: z
    .strictObject({
      /** Loopback by default: a web server with a certificate stands in front. */
      host: z.string().min(1).default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(8480),
    })
    .prefault({}),
  /** A folder of SNS signing certificates (*.pem) that takes the place of fetching them. */
  certificatesFolder: z.string().min(1).nullable().default(null),
  /** Key file for secrets at rest; null = `key` in the data folder. */
  keyFile: z.string().min(1).nullable().default(null),
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Who may read /metrics at the public listener. */
  metricsAccess: z.enum(['loopback', 'any', 'off']).default('loopback'),
  /** How long a stop waits for work in flight, seconds. */
  stopSeconds: z.number().min(0).max(300).default(20),
  /** Below so many free MiB on the data folder's disk new notifications are answered 503. */
  minimumFreeMiB: z.number().min(0).default(64),
  /** Where a person is told what needs one. */
  alarms: alarmsSchema.prefault({}),
})

export type Config = Readonly<z.output<typeof configSchema>>

/** Environment variables and the setting that each overrides; all with the prefix CIVICRM_SES_. */
export const environmentOverrides = {
  DATA_FOLDER: ['dataFolder'],
  HOST: ['listen', 'host'],
  PORT: ['listen', 'port'],
  CERTIFICATES_FOLDER: ['certificatesFolder'],
  KEY_FILE: ['keyFile'],
  LOG_LEVEL: ['logLevel'],
  METRICS_ACCESS: ['metricsAccess'],
  STOP_SECONDS: ['stopSeconds'],
  MINIMUM_FREE_MIB: ['minimumFreeMiB'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** Settings that hold numbers: the environment has only text. */
export const numericOverrides: ReadonlySet<string> = new Set(['PORT', 'STOP_SECONDS', 'MINIMUM_FREE_MIB'])
