import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { TestbedProblem } from '../../testbed/problem.ts'
import { type Asked, ask, help } from './options.ts'
import { commandOf, type Order, orderSchema } from './order.ts'
import { reportText } from './reportText.ts'
import { runChaos } from './run.ts'
import { shrink } from './shrink.ts'

async function main(): Promise<number> {
  let asked: Asked | 'help'
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
  const folder = asked.resume ?? (await mkdtemp(path.join(tmpdir(), 'civicrm-ses-chaos-')))
  const order = await orderIn(folder, asked)
  say(`seed ${order.seed}; broken off, it goes on with: npm run chaos -- --resume ${folder}`)
  try {
    const report = await runChaos(order, { folder, say })
    process.stdout.write(asked.json ? `${JSON.stringify({ order, ...report })}\n` : reportText(report))
    if (report.kept) {
      await rm(folder, { recursive: true, force: true })
      return 0
    }
    say(`data and log are kept: ${folder}\nagain: ${commandOf(order)}`)
    if (asked.shrink > 0) say(`smallest that fails: ${commandOf(await shrink(order, fails, asked.shrink))}`)
    return 1
  } catch (error) {
    say(`data and log are kept: ${folder}\nagain: ${commandOf(order)}`)
    if (!(error instanceof TestbedProblem)) throw error
    say(`${error.message}\n${error.hint}`)
    return 1
  }
}

/** What is asked for is written into the folder; a run that goes on is asked for nothing else than before. */
async function orderIn(folder: string, { resume, order }: Asked): Promise<Order> {
  const file = path.join(folder, 'order.json')
  if (resume !== null) return orderSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  await writeFile(file, JSON.stringify(order))
  return order
}

async function fails(order: Order): Promise<boolean> {
  const folder = await mkdtemp(path.join(tmpdir(), 'civicrm-ses-chaos-'))
  try {
    const { kept } = await runChaos(order, { folder, say: () => undefined })
    say(`${kept ? 'holds' : 'FAILS'}: ${commandOf(order)}`)
    return !kept
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Progress: standard output is the result alone. */
function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

process.exitCode = await main()
