import type { Latencies } from '../simulator/latencies.ts'
import type { Progress, Summary } from '../simulator/simulate.ts'
import { facts } from './output.ts'

/** One line of progress, for standard error. */
export function progressLine(progress: Progress): string {
  return progress.stage === 'signing'
    ? progress.done === progress.of
      ? `signed ${progress.of}\n`
      : ''
    : `sent ${progress.sent} of ${progress.of}: ${progress.delivered} taken, ${progress.refused} refused\n`
}

export function summaryText(summary: Summary): string {
  const answers = Object.entries(summary.answers).map(([answer, count]) => `${answer}: ${count}`)
  return facts([
    ['notifications', `${summary.messages} (${summary.forged} of them forged), in ${summary.attempts} attempts`],
    ['taken', summary.delivered],
    ['refused', summary.refused],
    ['given up', summary.exhausted],
    ['wrong', `${summary.wrong} (genuine refused or forged taken)`],
    ['answers', answers.join(', ') || 'none'],
    ['time', `${summary.seconds.toFixed(1)} s`],
    ['answered in', latencyText(summary.latency)],
    ['sender late by', latencyText(summary.late)],
  ])
}

function latencyText(latencies: Latencies | null): string {
  if (latencies === null) return '-'
  const { p50, p99, max } = latencies
  return `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, longest ${max.toFixed(1)} ms`
}
