import type { Line } from './run.ts'

/** The result for a person. */
export function reportText(lines: readonly Line[]): string {
  const rows = [
    [
      'operation',
      'on',
      'rows',
      'seconds',
      'answered 200',
      'otherwise',
      'p99 ms',
      'longest without 200',
      'lost',
      'doubled',
    ],
    ...lines.map((line) => [
      line.operation,
      line.engine,
      String(line.rows),
      line.seconds.toFixed(1),
      String(line.answers['200'] ?? 0),
      otherwise(line.answers),
      line.latency === null ? '-' : line.latency.p99.toFixed(0),
      `${line.silence.toFixed(1)} s`,
      String(line.lost),
      String(line.doubled),
    ]),
  ]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const table = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const said = lines.map(({ operation, said }) => `${operation}: ${said}`)
  const faults = lines.flatMap(({ operation, faults }) => faults.map((fault) => `NOT ${operation}: ${fault}`))
  const verdict =
    faults.length === 0 ? 'nothing lost, nothing doubled, nothing changed that was not to' : 'THE BOOKS DO NOT BALANCE'
  return [...table, '', ...said, ...faults, verdict, ''].join('\n')
}

function otherwise(answers: Line['answers']): string {
  const others = Object.entries(answers).filter(([name]) => name !== '200')
  return others.length === 0 ? '0' : others.map(([name, count]) => `${count} × ${name}`).join(', ')
}
