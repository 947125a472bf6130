import type { RunReport } from './run.ts'

/** The result for a person. */
export function reportText(report: RunReport): string {
  const { books, kills, faults, troubles } = report
  const killed = Object.values(kills).reduce((sum, count) => sum + count, 0)
  const table: readonly (readonly [string, number | string])[] = [
    ['mail events sent', books.sent],
    ['messages of them (duplicates, both dialects)', report.messages],
    ['deliveries attempted', report.attempts],
    ['answers lost on their way', report.lostAnswers],
    ['kill -9', killed],
    ...Object.entries(kills)
      .toSorted(([one], [other]) => one.localeCompare(other))
      .map(([seam, count]) => [`  ${seam}`, count] as const),
    ...Object.entries(faults).map(([name, count]) => [`${name} in mid-batch`, count] as const),
    ...Object.entries(troubles).map(([name, count]) => [`call to the CRM: ${name}`, count] as const),
    ['calls cut in two by it', report.callsCut],
    ['done before a crash, found by the look after it', report.foundByLook],
    ['recorded once', books.recordedOnce],
    ['lost', books.lost],
    ['doubled', books.doubled],
    ['uncertain', books.uncertain],
    ['  of which recorded', books.uncertainRecorded],
    ['otherwise wrong', books.wrong],
    ['dead letters', report.dead.length],
    ['faults of the gateway itself', report.ownFaults.length],
    ['still waiting', report.waiting],
    ['refused for good', report.refused.length],
    ['seconds', Math.round(report.seconds)],
  ]
  const width = Math.max(...table.map(([name]) => name.length))
  const lines = table.map(([name, value]) => `${name.padEnd(width)}  ${String(value).padStart(6)}`)
  const problems = [
    ...books.mistakes.slice(0, 20).map(({ event, story, what }) => `${story} ${event}: ${what}`),
    ...report.dead.slice(0, 5),
    ...report.ownFaults.slice(0, 5),
  ]
  const verdict = report.kept ? 'the promise holds' : 'THE PROMISE DOES NOT HOLD'
  return [...lines, ...problems, verdict, ''].join('\n')
}
