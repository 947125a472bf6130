import { writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { ask, help, type OperationsOptions } from './operations/options.ts'
import { reportText } from './operations/reportText.ts'
import { type Line, runOperations } from './operations/run.ts'

async function main(): Promise<number> {
  let asked: OperationsOptions | 'help'
  try {
    asked = ask(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`)
    return 2
  }
  if (asked === 'help') {
    process.stdout.write(help)
    return 0
  }
  const lines: Line[] = []
  for await (const line of runOperations(asked, say)) {
    lines.push(line)
    say(`${line.operation}: ${line.seconds.toFixed(1)} s; ${line.faults.join('; ') || 'the books balance'}`)
    // After each: the next one may take long, or fail.
    if (asked.json !== null)
      await writeFile(asked.json, `${JSON.stringify({ ...asked, load: loadavg()[0], lines }, null, 2)}\n`)
  }
  process.stdout.write(reportText(lines))
  return lines.every(({ faults }) => faults.length === 0) ? 0 : 1
}

/** Progress: standard output is the result alone. */
function say(text: string): void {
  process.stderr.write(`${new Date().toISOString()} ${text}\n`)
}

process.exitCode = await main()
