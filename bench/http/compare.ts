import { alternate, median, medianRatio } from '../harness/alternate.ts'
import type { Figure, MeasureOptions } from '../harness/measure.ts'
import { closedLoop } from '../world/closedLoop.ts'
import type { Messages } from '../world/messages.ts'
import { processorSeconds } from '../world/processTime.ts'
import { Spent } from './spent.ts'

/** One that answers: its ports, and the processes whose time it takes. */
export interface Contender {
  readonly ports: readonly number[]
  readonly pids: readonly number[]
}

/** All take the same messages in each round, a round after the other. */
export async function compare(
  engine: string,
  contenders: { readonly ours: Contender; readonly bare: Contender; readonly two?: Contender },
  messages: Messages,
  { quick, say }: MeasureOptions,
  databaseSeconds: () => Promise<number> = async () => 0,
): Promise<readonly Figure[]> {
  const perRound = quick ? 1000 : 4000
  const rounds = quick ? 3 : 9
  // A gateway runs for months, and the larger program takes longer until all of it is compiled to the best code.
  const warmUp = quick ? 2000 : 20_000
  const spent = { ours: new Spent(), bare: new Spent(), two: new Spent() }
  const waits = { p50: [] as number[], p99: [] as number[] }
  // Two on one database know each other's messages, so each contender has its own.
  const round =
    (name: 'ours' | 'bare' | 'two', { ports, pids }: Contender) =>
    async (): Promise<number> => {
      const requests = messages.next(perRound)
      const before = { answering: timeOf(pids), database: await databaseSeconds(), sending: timeOf([process.pid]) }
      const { perSecond, latency } = await closedLoop(ports, requests)
      const perMessage = (seconds: number): number => (seconds / perRound) * 1e6
      spent[name].sending.push(perMessage(timeOf([process.pid]) - before.sending))
      spent[name].answering.push(perMessage(timeOf(pids) - before.answering))
      spent[name].database.push(perMessage((await databaseSeconds()) - before.database))
      if (name === 'ours') {
        waits.p50.push(latency.p50)
        waits.p99.push(latency.p99)
      }
      say(`${engine} ${name}: ${perSecond.toFixed(0)} a second, p50 ${latency.p50.toFixed(1)} ms`)
      return perSecond
    }
  const { ours, bare, two } = contenders
  say(`${engine}: ${warmUp} messages to each, to warm it up`)
  for (const { ports } of [ours, bare, ...(two === undefined ? [] : [two])])
    for (let sent = 0; sent < warmUp; sent += perRound) await closedLoop(ports, messages.next(perRound))
  const rates: Record<string, () => Promise<number>> = { ours: round('ours', ours), bare: round('bare', bare) }
  if (two !== undefined) rates['two'] = round('two', two)
  const figures = await alternate(rates, rounds)
  const twoFigures = two === undefined ? [] : figures('two')
  return [
    {
      what: `HTTP to durable 200, ${engine}, against a bare server`,
      value: medianRatio(figures('ours'), figures('bare')),
      unit: 'ratio',
      demand: { atLeast: 0.8 },
      from: against(figures('ours'), figures('bare')),
    },
    {
      what: `its processor time for a message, ${engine}, of the bare server's`,
      value: spent.ours.answeringMedian / spent.bare.answeringMedian,
      unit: 'ratio',
      demand: null,
      from: `${spent.ours.answeringMedian.toFixed(0)} against ${spent.bare.answeringMedian.toFixed(0)} µs`,
    },
    ofAll(`${engine}: bare against ours`, spent.bare, spent.ours),
    wait(`p50 from POST to 200, ${engine}, as fast as it takes them`, waits.p50),
    wait(`p99 from POST to 200, ${engine}, as fast as it takes them`, waits.p99),
    ...(twoFigures.length === 0
      ? []
      : [
          {
            what: 'two instances on PostgreSQL, against one',
            value: medianRatio(twoFigures, figures('ours')),
            unit: 'ratio' as const,
            demand: { atLeast: 0.9 },
            from: against(twoFigures, figures('ours')),
          },
          ofAll(`${engine}: one against two`, spent.ours, spent.two),
        ]),
  ]
}

function ofAll(whose: string, one: Spent, other: Spent): Figure {
  return {
    what: `processor time of all for a message, ${whose}`,
    value: one.sum / other.sum,
    unit: 'ratio',
    demand: null,
    from: `server, database and sender: ${one.toString()} against ${other.toString()} µs`,
  }
}

function against(one: readonly number[], other: readonly number[]): string {
  return `${median(one).toFixed(0)} against ${median(other).toFixed(0)} a second`
}

function wait(what: string, milliseconds: readonly number[]): Figure {
  return { what, value: median(milliseconds), unit: 'ms', demand: null, from: 'median of the rounds' }
}

/** Of those that are still there. */
export function timeOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (processorSeconds(pid) || 0), 0)
}
