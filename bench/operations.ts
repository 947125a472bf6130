import { writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { ask, help, type OperationsOptions } from './operations/options.ts'
import { reportText } from './operations/reportText.ts'
import { runOperations } from './operations/run.ts'

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
  const lines = await runOperations(asked, (text) => process.stderr.write(`${new Date().toISOString()} ${text}\n`))
  process.stdout.write(reportText(lines))
  if (asked.json !== null)
    await writeFile(asked.json, `${JSON.stringify({ ...asked, load: loadavg()[0], lines }, null, 2)}\n`)
  return lines.every(({ faults }) => faults.length === 0) ? 0 : 1
}

process.exitCode = await main()
