import { fill, type FillOptions } from './fill.ts'
import { ask, help } from './options.ts'

/** Milliseconds between two lines of progress. */
const sayEvery = 2000

async function main(): Promise<number> {
  let asked: FillOptions | 'help'
  try {
    asked = ask(process.argv.slice(2), Date.now())
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`)
    return 2
  }
  if (asked === 'help') {
    process.stdout.write(help)
    return 0
  }
  const begun = performance.now()
  let said = begun
  await fill(asked, (done, of) => {
    const now = performance.now()
    if (now - said < sayEvery) return
    said = now
    process.stderr.write(`${done} of ${of}, ${perSecond(done, begun)} a second\n`)
  })
  const { events, waiting, folder } = asked
  process.stdout.write(
    `${events} events and ${waiting} waiting in ${folder}, ${perSecond(events + waiting, begun)} a second\n`,
  )
  return 0
}

function perSecond(done: number, begun: number): string {
  return (done / ((performance.now() - begun) / 1000)).toFixed(0)
}

process.exitCode = await main()
