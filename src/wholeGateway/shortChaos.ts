import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { allSeams, allStrikes, commandOf, type Order } from '../../tools/chaos/order.ts'
import { reportText } from '../../tools/chaos/reportText.ts'
import { type RunReport, runChaos } from '../../tools/chaos/run.ts'

const short: Order = {
  target: { engine: 'sqlite', instances: 1, crm: 'builtin' },
  events: 150,
  // Each seam once, and two at any moment.
  kills: allSeams.length + 2,
  faults: 0,
  strikes: [...allStrikes],
  suspensions: 0,
  trouble: 0.1,
  seams: allSeams,
  lostAnswers: 0.05,
  plant: null,
  seed: 'short',
}

export interface ShortRun {
  readonly report: RunReport
  /** Empty where the promise was kept; else all that helps to find out why not. */
  readonly complaint: string
}

/** The short form of `npm run chaos`, in a folder of its own. */
export async function shortChaos(asked: Partial<Order>): Promise<ShortRun> {
  const order = { ...short, ...asked }
  const folder = await mkdtemp(path.join(tmpdir(), 'chaos-'))
  try {
    const report = await runChaos(order, { folder, say: () => undefined })
    return { report, complaint: report.kept ? '' : `${commandOf(order)}\n${reportText(report)}` }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
