import { errorCatalogue } from '../errors/catalogue.ts'
import { isErrorCode } from '../errors/gatewayError.ts'
import type { Latencies } from '../simulator/latencies.ts'
import type { Progress, Summary } from '../simulator/simulate.ts'
import { facts, printable } from './output.ts'

/** One line of progress, for standard error. */
export function progressLine(progress: Progress, certificatesFolder: string): string {
  if (progress.stage === 'answered') return answerText(progress, certificatesFolder)
  return progress.stage === 'signing'
    ? progress.done === progress.of
      ? `signed ${progress.of}\n`
      : ''
    : `sent ${progress.sent} of ${progress.of}: ${progress.delivered} taken, ${progress.refused} refused\n`
}

function answerText({ answer, words }: Extract<Progress, { stage: 'answered' }>, certificatesFolder: string): string {
  const hint = hintOf(answer, words, certificatesFolder)
  return `answered ${answer}${words === '' ? '' : `: ${printable(words)}`}\n${hint === '' ? '' : `What to do: ${hint}\n`}`
}

function hintOf(answer: string, words: string, certificatesFolder: string): string {
  if (answer === 'ECONNREFUSED') return 'Nobody listens there: start the gateway, or correct --url.'
  const code = /^[A-Z_]+(?=:)/.exec(words)?.[0] ?? ''
  if (code === 'SNS_CERTIFICATE_UNAVAILABLE')
    return `The gateway's setting certificatesFolder must name the folder ${certificatesFolder}; or give its own here with --certificates.`
  return isErrorCode(code) ? errorCatalogue[code].hint : ''
}

export function summaryText(summary: Summary & { readonly seed: string }): string {
  const answers = Object.entries(summary.answers).map(([answer, count]) => `${answer}: ${count}`)
  const { brokenOff, messages, planned } = summary
  const broken = brokenOff ? `Broken off: ${messages} of ${planned} were sent.\n` : ''
  return `${broken}${facts([
    ['notifications', `${summary.messages} (${summary.forged} of them forged), in ${summary.attempts} attempts`],
    ['taken', summary.delivered],
    ['refused', summary.refused],
    ['given up', summary.exhausted],
    ['wrong', `${summary.wrong} (genuine refused or forged taken)`],
    ['answers', answers.join(', ') || 'none'],
    ['time', `${summary.seconds.toFixed(1)} s`],
    ['answered in', latencyText(summary.latency)],
    ['sender late by', latencyText(summary.late)],
    ['seed', summary.seed],
  ])}`
}

function latencyText(latencies: Latencies | null): string {
  if (latencies === null) return '-'
  const { p50, p99, max } = latencies
  return `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, longest ${max.toFixed(1)} ms`
}
