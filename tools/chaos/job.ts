import { z } from 'zod'
import { gatewaySeamNames } from '../../src/compose/seam.ts'
import { configSchema } from '../../src/config/schema.ts'
import { plantedFaultNames } from './planted.ts'

/** What a life is to end with, and what it is to report. May be told anew while it lasts, as a line of JSON on its standard input. */
export const lifeOrderSchema = z.strictObject({
  /** Where it kills itself. */
  kill: z
    .strictObject({
      seam: z.enum(gatewaySeamNames),
      /** At which passing from then on, 1 = the first. */
      passing: z.int().min(1),
      delayMs: z.number().min(0),
      /** Suspends itself instead, until it is woken up. */
      suspends: z.boolean().default(false),
    })
    .nullable(),
  /** Where it says each time that it passes, and goes on. */
  report: z.enum(gatewaySeamNames).nullable(),
})

export type LifeOrder = z.input<typeof lifeOrderSchema>

/** What a gateway process of a run is told, as JSON in its only argument. */
export const jobSchema = z.strictObject({
  config: configSchema,
  ...lifeOrderSchema.shape,
  /** A fault in the gateway itself, to show that the run notices it. */
  plant: z.enum(plantedFaultNames).nullable().default(null),
  /** Of the calls that record bounces those which go wrong, and a seed for which and how. */
  trouble: z.strictObject({ share: z.number().min(0).max(1), seed: z.string() }).default({ share: 0, seed: '' }),
  /** OFF only to show that a test of durability can fail. */
  synchronous: z.enum(['FULL', 'OFF']).default('FULL'),
})

export type Job = z.input<typeof jobSchema>

/** What such a process says, a line each, on its standard output. */
export const says = {
  listening: 'listening',
  passing: 'passing',
  killing: 'killing',
  suspending: 'suspending',
  trouble: 'trouble',
} as const
