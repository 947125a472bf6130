import { writeFile } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { type Figure, isMet, type Measure, type MeasureOptions } from './harness/measure.ts'
import { measures } from './measures/index.ts'

const help = `What the gateway can do, as ratios: each figure beside its limit or its peer in the same run.

npm run bench
npm run bench -- --quick
npm run bench -- --only verify,http

  --quick        short rounds, for a look
  --large        also ten million stored events: half an hour and 20 GB
  --keep FOLDER  where filled stores are left, and found by the next run
  --only NAMES   of ${measures.map(({ name }) => name).join(', ')}
  --json FILE    where the figures go as JSON (default bench-results.json; - for standard output)
  --help         this text

Figures of one machine and one minute say more about these than about the program; a ratio within one run
says something about the program. Ends 1 where a demand is not met, and tells what was left out and why.
`

async function main(): Promise<number> {
  let values: ReturnType<typeof ask>
  try {
    values = ask(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`)
    return 2
  }
  if (values.help) {
    process.stdout.write(help)
    return 0
  }
  const figures: (Figure & { readonly measure: string })[] = []
  const leftOut: { readonly measure: string; readonly why: string }[] = []
  for (const measure of measures.filter(({ name }) => values.only.includes(name))) {
    const why = await measure.missing()
    if (why !== null) leftOut.push({ measure: measure.name, why })
    else {
      const { quick, large, keep = null } = values
      for (const figure of await figuresOf(measure, { quick, large, keep }))
        figures.push({ measure: measure.name, ...figure })
    }
  }
  const machine = { cpu: cpus()[0]?.model ?? '', cores: cpus().length, node: process.version, load: loadavg()[0] }
  const result = JSON.stringify({ machine, quick: values.quick, figures, leftOut }, null, 2)
  if (values.json === '-') process.stdout.write(`${result}\n`)
  else {
    process.stdout.write(tableOf(figures))
    for (const { measure, why } of leftOut) process.stdout.write(`left out: ${measure}: ${why}\n`)
    await writeFile(values.json, `${result}\n`)
  }
  return figures.every(isMet) ? 0 : 1
}

/** @throws where an option or a name is unknown */
function ask(argv: readonly string[]): {
  readonly quick: boolean
  readonly large: boolean
  readonly keep: string | undefined
  readonly only: readonly string[]
  readonly json: string
  readonly help: boolean
} {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean', default: false },
      large: { type: 'boolean', default: false },
      keep: { type: 'string' },
      only: { type: 'string' },
      json: { type: 'string', default: 'bench-results.json' },
      help: { type: 'boolean', default: false },
    },
    strict: true,
  })
  const only = values.only?.split(',') ?? measures.map(({ name }) => name)
  const unknown = only.filter((name) => !measures.some((measure) => measure.name === name))
  if (unknown.length > 0) throw new Error(`no such measure: ${unknown.join(', ')}`)
  const { quick, large, keep, json, help: wantsHelp } = values
  return { quick, large, keep, only, json, help: wantsHelp }
}

async function figuresOf(measure: Measure, options: Omit<MeasureOptions, 'say'>): Promise<readonly Figure[]> {
  say(`${measure.name}: ${measure.about}`)
  return measure.run({ ...options, say: (line) => say(`  ${line}`) })
}

function tableOf(figures: readonly Figure[]): string {
  const width = Math.max(0, ...figures.map(({ what }) => what.length))
  return figures
    .map((figure) => {
      const { what, value, unit, demand, from } = figure
      const shown = `${value >= 100 ? value.toFixed(0) : value.toFixed(2)}${unit === 'ratio' ? '' : ` ${unit}`}`
      const wanted = demand === null ? '' : 'atLeast' in demand ? `>= ${demand.atLeast}` : `< ${demand.below}`
      const verdict = demand === null ? '    ' : isMet(figure) ? 'ok  ' : 'NOT '
      return `${verdict}${what.padEnd(width)}  ${shown.padStart(10)}  ${wanted.padEnd(8)}  ${from}\n`
    })
    .join('')
}

/** Progress: standard output is the result alone. */
function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

process.exitCode = await main()
