import path from 'node:path'
import { systemClock } from '../../src/clock.ts'
import { openStore } from '../../src/compose/openStore.ts'
import type { Store } from '../../src/compose/store.ts'
import { fileNames } from '../../src/database/sqlite/folder.ts'
import { type Site, siteSchema } from '../../src/settings/site.ts'
import { seededRandom } from '../../src/simulator/random.ts'
import { topicArn } from '../../src/simulator/region.ts'
import { Copies, type CopiedRow, type Ids } from './copies.ts'
import { drawCase, mix, type MixedCase } from './mix.ts'
import { recordPattern } from './pattern.ts'
import { PostgresTarget } from './postgresTarget.ts'
import { SqliteTarget } from './sqliteTarget.ts'
import { contactTables, type NumberedTable, numberedTables, type TableName } from './tables.ts'
import type { FillTarget } from './target.ts'

export interface FillOptions {
  /** Of the gateway; the database lies in it unless it is a server's. */
  readonly folder: string
  readonly databaseUrl: string | null
  /** Recorded mail events, one notification each. */
  readonly events: number
  /** Notifications behind them that are not recorded yet. */
  readonly waiting: number
  /** So many of the newest keep their message; null: all. */
  readonly raw: number | null
  /** Whether those whom an event touched are in the built-in contact store too, on hold or opted out. */
  readonly contacts: boolean
  readonly siteId: string
  /** When the last event came, epoch ms; the first one came `days` before. */
  readonly until: number
  readonly days: number
  readonly seed: string
}

export type Progress = (done: number, of: number) => void

const day = 86_400_000

/** Events written in one transaction. */
const group = 1000

/** Each reader is heard of so often. Whom a bounce or complaint concerned is heard of no more. */
const eventsPerReader = 20

const domains = Array.from({ length: 40 }, (_, number) => `provider-${number}.example`)

/** Fills a store with events of the past, as the gateway would have recorded them; beside what is there already. */
export async function fill(options: FillOptions, onProgress: Progress = () => undefined): Promise<void> {
  const { folder, databaseUrl, siteId } = options
  // Held to the end: nobody else may write meanwhile.
  const store = await openStore({
    folder,
    databaseUrl,
    keyFile: null,
    clock: systemClock,
    access: 'own',
    requireDurable: false,
  })
  const target =
    databaseUrl === null
      ? new SqliteTarget(path.join(folder, fileNames.database))
      : await PostgresTarget.open(databaseUrl)
  try {
    const site = await siteOf(store, siteId)
    await fillTarget(target, site, options, onProgress)
    await target.finish()
  } finally {
    await target.close()
    await store.close()
  }
}

async function siteOf({ settings }: Store, id: string): Promise<Site> {
  const known = settings.site(id)
  if (known !== null) return known
  const site = siteSchema.parse({
    id,
    name: 'Filled site',
    crm: { type: 'builtin' },
    mail: { localpart: 'bounce+', separator: '.', domains: [mailDomain], senderDomains: [mailDomain] },
    topics: [topic],
  })
  await settings.saveSite(site)
  return site
}

const mailDomain = 'crm.example.org'
const topic = topicArn('eu-west-1', '111122223333', 'ses')

async function fillTarget(target: FillTarget, site: Site, options: FillOptions, onProgress: Progress): Promise<void> {
  const { events, waiting, raw, until, days, seed } = options
  const all = events + waiting
  const copies = await recordedCopies(site)
  const waitingCopies = new Copies(await recordPattern({ ...patternOf(site), caseName: waitingCase, state: 'waiting' }))
  const ids = await continuingIds(target)
  const random = seededRandom(seed, 'fill')
  let rows: CopiedRow[] = options.contacts ? [mailingRow(site, ids.mailing, until - days * day)] : []
  for (let index = 0; index < all; index += 1) {
    const at = Math.floor(until - days * day + (days * day * (index + 1)) / all)
    const name = `${seed}/${ids.start + index}`
    if (index >= events) {
      rows.push(
        ...waitingCopies.rowsOf(
          { name, at, address: addressOf(`waiting-${ids.start + index}`, index) },
          ids,
          contactTables,
        ),
      )
    } else {
      const caseName = drawCase(random)
      const isAlone = touching.has(caseName)
      const reader = Math.floor(random() * Math.max(1, events / eventsPerReader))
      const address = isAlone ? addressOf(`person-${ids.start + index}`, index) : addressOf(`reader-${reader}`, reader)
      const without = withoutTables(options.contacts && isAlone, raw === null || index >= events - raw)
      rows.push(...(copies.get(caseName)?.rowsOf({ name, at, address }, ids, without) ?? []))
    }
    if ((index + 1) % group === 0) {
      await target.write(rows)
      rows = []
      onProgress(index + 1, all)
    }
  }
  await target.write(rows)
}

const waitingCase: MixedCase = 'bounce/Permanent/General'

/** After these the gateway has changed something about the person. */
const touching: ReadonlySet<MixedCase> = new Set(
  mix.map(({ caseName }) => caseName).filter((name) => /^(bounce|complaint)/.test(name)),
)

function patternOf(site: Site): { readonly site: Site; readonly topicArn: string } {
  return { site, topicArn: site.topics.find((one) => one.startsWith('arn:')) ?? topic }
}

async function recordedCopies(site: Site): Promise<ReadonlyMap<MixedCase, Copies>> {
  const copies = new Map<MixedCase, Copies>()
  for (const { caseName } of mix)
    copies.set(caseName, new Copies(await recordPattern({ ...patternOf(site), caseName, state: 'recorded' })))
  return copies
}

function withoutTables(withContact: boolean, withRaw: boolean): ReadonlySet<TableName> {
  // The mailing is written once, for all.
  const without = withContact ? ['mailing' as const] : [...contactTables]
  return new Set<TableName>(withRaw ? without : [...without, 'notification_message'])
}

function addressOf(name: string, number: number): string {
  return `${name}@${domains[number % domains.length] ?? ''}`
}

function mailingRow(site: Site, id: number, sentAt: number): CopiedRow {
  return { table: 'mailing', row: { id, site: site.id, name: 'Newsletter', sent_at: sentAt } }
}

/** Ids behind those that were given out, so that a store can be filled more than once. */
async function continuingIds(target: FillTarget): Promise<Ids & { readonly start: number }> {
  const last = new Map<NumberedTable, number>()
  for (const table of numberedTables) last.set(table, await target.lastId(table))
  const next = (table: NumberedTable): number => {
    const id = (last.get(table) ?? 0) + 1
    last.set(table, id)
    return id
  }
  return { start: last.get('notification') ?? 0, mailing: next('mailing'), next }
}
