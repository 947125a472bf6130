import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import type { Gateway } from '../../src/main.ts'
import { mebibytes, reportText } from './report.ts'
import { runFuzz } from './run.ts'

const help = `Posts mutated SNS messages to a real gateway and fails on what must never happen.

npm run fuzz -- [--count 1000000] [--seed 1] [--from 0]
npm run fuzz -- --seed 1 --only 4711     one request again, with all that becomes of it

A request depends on the seed and its number alone (times and keys are of the day). --from begins with a
later one: for a failure that needs those before it. Some gigabytes are written below ${tmpdir()}
and removed at the end.
`

const options = {
  count: { type: 'string', default: '1000000' },
  seed: { type: 'string', default: '1' },
  from: { type: 'string', default: '0' },
  only: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

function print(text: string): void {
  process.stdout.write(text)
}

function numberOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new RangeError(`"${text}" is no number of requests`)
  return Number(text)
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options, strict: true })
  if (values.help) {
    print(help)
    return 0
  }
  const { seed, only } = values
  const count = only === undefined ? numberOf(values.count) : 1
  const from = numberOf(only ?? values.from)
  let reported = 0
  const report = await runFuzz({
    seed,
    from,
    count,
    onSent: (sent) => {
      if (sent - reported < 10_000) return
      reported = sent
      print(`${sent} of ${count}\n`)
    },
    onHeap: (sent, heap) => {
      if (heap !== null)
        print(`heap after ${sent}: ${mebibytes(heap.heapUsed)} and ${mebibytes(heap.external)} of buffers\n`)
    },
    onFailure: ({ number, what }) => print(`FAILURE ${what}\n${again(seed, number, from + reported)}`),
    ...(only === undefined ? {} : { onDescription: (text: string) => print(`${text}\n\n`), inspect: printRecorded }),
  })
  print(reportText(report))
  return report.failures.length === 0 ? 0 : 1
}

function again(seed: string, number: number | null, reached: number): string {
  return number === null
    ? `  somewhere behind request ${reached}: npm run fuzz -- --seed ${seed} --from ${reached} --count 20000\n`
    : `  again: npm run fuzz -- --seed ${seed} --only ${number}\n`
}

async function printRecorded({ operations: { ledger, inbox } }: Gateway): Promise<void> {
  for (const { key, decision, effects } of await ledger.search({ limit: 1000 }))
    print(`${JSON.stringify({ key, decision, effects }, null, 2)}\n`)
  for (const { code, reason } of await inbox.deadLetters({ limit: 1000 })) print(`dead letter: ${code}, ${reason}\n`)
}

process.exitCode = await main()
