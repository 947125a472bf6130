import { existsSync } from 'node:fs'
import { median } from '../harness/alternate.ts'
import type { Figure, Measure, MeasureOptions } from '../harness/measure.ts'
import { type Run, type RunResult, runSites } from '../sites/scene.ts'

/** How many sites, and how many of them broken, in ten ways; and how long. */
const whole = { healthy: 450, broken: 50, rate: 60, seconds: 30, rounds: 5 } as const
const short = { healthy: 90, broken: 10, rate: 30, seconds: 8, rounds: 3 } as const

/**
 * What broken sites cost the others: one gateway with all sites, and the same one without the broken ones, in
 * turn. The broken ones hang, answer a byte a second, redirect, refuse, answer pages, 413 and 504, or for too few,
 * or have no name in the DNS; their notifications arrive like all others.
 */
export const manySites: Measure = {
  name: 'sites',
  about: '500 sites, 50 of them broken in ten ways: POST to recorded, at the others',
  missing: async () => (existsSync('/proc/self/stat') ? null : 'the load of a process is read from /proc'),
  run: measure,
}

async function measure({ quick, say }: MeasureOptions): Promise<readonly Figure[]> {
  const { healthy, broken, rate, seconds, rounds } = quick ? short : whole
  const without: Run = { sites: healthy, broken: 0, rate, seconds }
  const among: Run = { sites: healthy + broken, broken, rate, seconds }
  const [alone, together]: [RunResult[], RunResult[]] = [[], []]
  for (let round = 0; round < rounds; round += 1) {
    // Turned each time, so that neither always comes after the other.
    const order = round % 2 === 0 ? ([without, among] as const) : ([among, without] as const)
    for (const run of order) {
      const result = await runSites(run)
      if (result.lost + result.doubled > 0)
        throw new Error(`${result.lost} lost, ${result.doubled} doubled with ${run.broken} broken sites`)
      const into = run === without ? alone : together
      into.push(result)
      say(`${run.sites} sites, ${run.broken} broken: ${shown(result)}`)
    }
  }
  const ratios = p99(together).map((ms, round) => ms / (p99(alone)[round] ?? Number.NaN))
  const latency = (what: string, results: readonly RunResult[]): Figure => ({
    what,
    value: median(p99(results)),
    unit: 'ms',
    demand: null,
    from: results.map(shown).join('; '),
  })
  const last = together.at(-1)
  return [
    {
      what: `p99 at ${healthy} sites beside ${broken} broken ones, against without them`,
      value: median(ratios),
      unit: 'ratio',
      demand: { below: 1.2 },
      from: `rounds: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`,
    },
    latency(`p99 without the broken sites`, alone),
    latency(`p99 beside the broken sites`, together),
    {
      what: `memory of the gateway with ${healthy + broken} sites`,
      value: last?.rssMiB ?? Number.NaN,
      unit: 'MiB',
      demand: null,
      from: `idle, it took ${((last?.idleCpu ?? 0) * 100).toFixed(1)} % of a core`,
    },
  ]
}

function p99(results: readonly RunResult[]): readonly number[] {
  return results.map((result) => quantile(result, 0.99))
}

function quantile({ latencies }: RunResult, part: number): number {
  return latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))] ?? Number.NaN
}

function shown(result: RunResult): string {
  const [p50, p99] = [quantile(result, 0.5), quantile(result, 0.99)]
  return `p50 ${p50.toFixed(0)}, p99 ${p99.toFixed(0)} ms of ${result.latencies.length}`
}
