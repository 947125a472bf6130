import { z } from 'zod'
import { alarmsSchema } from './alarms.ts'
import { retentionSchema } from './retention.ts'

/**
 * What a process needs to start. What belongs to the work (sites, topics, policies) is in the
 * database and changes without a restart: see settings/.
 */
const settings = z.strictObject({
  /** Holds the database, the key of its secrets, the lock and the control socket. */
  dataFolder: z.string().min(1).default('data'),
  /** Of a PostgreSQL database that takes the place of the one in the data folder; several instances may share it. */
  databaseUrl: z
    .string()
    .regex(
      /^postgres(ql)?:\/\//,
      'must be the address of a PostgreSQL database: postgres://user:password@host/database',
    )
    .nullable()
    .default(null),
  /** A file that holds that address, which has a password in it. */
  databaseUrlFile: z.string().min(1).nullable().default(null),
  /** `any` takes a PostgreSQL server that answers before a commit is on its disk: what was acknowledged may be lost. */
  databaseDurability: z.enum(['required', 'any']).default('required'),
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
  /** How long what is kept. */
  retention: retentionSchema.prefault({}),
})

export const configSchema = settings.superRefine(({ databaseUrl, databaseUrlFile, keyFile }, context) => {
  if (databaseUrl !== null && databaseUrlFile !== null)
    context.addIssue({ code: 'custom', path: ['databaseUrlFile'], message: 'one of databaseUrl and databaseUrlFile' })
  if ((databaseUrl !== null || databaseUrlFile !== null) && keyFile === null)
    context.addIssue({
      code: 'custom',
      path: ['keyFile'],
      message: 'must be named with a PostgreSQL database, since every instance on it needs the same key',
    })
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
  DATABASE_DURABILITY: ['databaseDurability'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** Without the prefix, since other software goes by the same names. Either takes the place of both settings. */
export const databaseVariables = { DATABASE_URL: 'databaseUrl', DATABASE_URL_FILE: 'databaseUrlFile' } as const

/** Settings that hold numbers: the environment has only text. */
export const numericOverrides: ReadonlySet<string> = new Set(['PORT', 'STOP_SECONDS', 'MINIMUM_FREE_MIB'])
