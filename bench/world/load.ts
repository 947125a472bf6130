import { z } from 'zod'
import { program, runNode } from './run.ts'
import { topic, verp } from './site.ts'

const latenciesSchema = z.object({ p50: z.number(), p99: z.number(), max: z.number() })

const summarySchema = z.looseObject({
  messages: z.number(),
  answers: z.record(z.string(), z.number()),
  seconds: z.number(),
  latency: latenciesSchema.nullable(),
  late: latenciesSchema.nullable(),
})

/** What the simulator tells of a run. */
export type LoadResult = z.output<typeof summarySchema>

export interface LoadOptions {
  readonly port: number
  readonly certificatesFolder: string
  readonly recipientsFile: string
  readonly count: number
  /** Per second. */
  readonly rate: number
  readonly seed: string
}

/**
 * `civicrm-ses simulate`, in a process of its own: everything is signed first, then sent at its time whether
 * or not the earlier ones have been answered. Without retries: each answer counts.
 */
export async function load({
  port,
  certificatesFolder,
  recipientsFile,
  count,
  rate,
  seed,
}: LoadOptions): Promise<LoadResult> {
  const options = {
    url: `http://127.0.0.1:${port}/civicrm/ses/webhook`,
    certificates: certificatesFolder,
    topic,
    kinds: 'bounce/Permanent/General',
    recipients: recipientsFile,
    count: String(count),
    rate: String(rate),
    seed,
    localpart: verp.localpart,
    separator: verp.separator,
    domain: verp.domain,
    retries: 'none',
  }
  const argv = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
  const output = await runNode(program, 'simulate', ...argv, '--json')
  return summarySchema.parse(JSON.parse(output))
}
