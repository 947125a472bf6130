import type { HeapSize } from './heap.ts'
import type { Failure, Recorded } from './watch.ts'

export interface FuzzReport {
  readonly sent: number
  readonly seconds: number
  /** By kind and status, e.g. `inner 200`. */
  readonly answers: ReadonlyMap<string, number>
  readonly recorded: Recorded
  readonly heaps: readonly HeapAfter[]
  readonly databaseBytes: number
  /** The longest time in which the gateway did nothing else, milliseconds. */
  readonly longestStall: number
  readonly failures: readonly Failure[]
}

export interface HeapAfter extends HeapSize {
  /** Requests. */
  readonly sent: number
}

const mebibyte = 1024 * 1024

/** What the heap may have grown by, from the first look at it to the last. */
const heapGrowth = 20 * mebibyte

/** SNS waits 15 s for an answer. Far less than that, one message may make all others wait. */
const longestStallMs = 5000

/** What only the whole run shows. */
export function judge({
  sent,
  answers,
  heaps,
  longestStall,
}: Pick<FuzzReport, 'sent' | 'answers' | 'heaps' | 'longestStall'>): readonly Failure[] {
  const found: string[] = []
  const [first, last] = [heaps[0], heaps.at(-1)]
  const growth = first === undefined || last === undefined ? 0 : sizeOf(last) - sizeOf(first)
  if (growth > heapGrowth) found.push(`the heap grew by ${mebibytes(growth)}`)
  if (longestStall > longestStallMs) found.push(`the gateway stood still for ${Math.round(longestStall)} ms`)
  // Of a run in which everything is refused, nothing can be learnt.
  const deep = answers.get('inner 200') ?? 0
  if (sent >= 1000 && deep < sent / 2)
    found.push(`only ${deep} of ${sent} messages went all the way with a mutated Message`)
  return found.map((what) => ({ number: null, what }))
}

export function reportText({ sent, seconds, answers, recorded, ...rest }: FuzzReport): string {
  const { heaps, databaseBytes, longestStall, failures } = rest
  const statuses = new Map<string, number>()
  for (const [name, count] of answers) {
    const status = name.slice(name.indexOf(' ') + 1)
    statuses.set(status, (statuses.get(status) ?? 0) + count)
  }
  const effects = Object.entries(recorded.effects).map(([name, count]) => `${count} ${name}`)
  const dead = Object.entries(recorded.deadLetters).map(([code, count]) => `${count} ${code}`)
  return [
    `${sent} requests in ${seconds.toFixed(0)} s (${Math.round(sent / seconds)} a second)`,
    `answers:  ${counts(statuses)}`,
    ...[...answers]
      .toSorted(([one], [other]) => one.localeCompare(other))
      .map(([name, count]) => `  ${name}: ${count}`),
    `recorded: ${recorded.notifications} notifications, ${recorded.events} mail events`,
    `effects:  ${effects.join(', ') || 'none'}`,
    `dead letters with a reason of their own: ${dead.join(', ') || 'none'}`,
    ...heapLines(heaps),
    `database: ${mebibytes(databaseBytes)}; longest stall: ${Math.round(longestStall)} ms`,
    failures.length === 0 ? 'no failure' : `${failures.length} failures`,
    '',
  ].join('\n')
}

function heapLines(heaps: readonly HeapAfter[]): readonly string[] {
  const [first, last] = [heaps[0], heaps.at(-1)]
  if (first === undefined || last === undefined) return ['heap:     not measured (node --expose-gc)']
  return [first, ...(last === first ? [] : [last])].map(
    ({ sent, heapUsed, external }) =>
      `heap:     ${mebibytes(heapUsed)} and ${mebibytes(external)} of buffers after ${sent} requests`,
  )
}

function counts(values: ReadonlyMap<string, number>): string {
  return [...values]
    .toSorted(([, one], [, other]) => other - one)
    .map(([name, count]) => `${count} × ${name}`)
    .join(', ')
}

function sizeOf({ heapUsed, external }: HeapSize): number {
  return heapUsed + external
}

export function mebibytes(bytes: number): string {
  return `${(bytes / mebibyte).toFixed(1)} MiB`
}
