import { randomUUID } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { Fingerprint } from '../fingerprint.ts'
import type { Change, Look, Place } from '../place.ts'
import { type Key, keyOf, type Row, type Table, tables } from '../tables.ts'
import type { Header, Manifest } from './format.ts'
import { readBackup } from './read.ts'

/** Rows written or read at a time. */
const rowsAtATime = 500

export interface BackupContent {
  readonly header: Header
  readonly manifest: Manifest
}

export type OnProgress = (rows: number, ofRows: number) => void

/**
 * Reads a backup to its end and makes sure that it is whole.
 * @throws GatewayError INPUT_UNREADABLE, BACKUP_UNREADABLE, BACKUP_FOREIGN_SCHEMA, BACKUP_BROKEN_OFF
 */
export async function verifyBackup(
  file: string,
  schema: number,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: OnProgress },
): Promise<BackupContent> {
  let found: Header | null = null
  let read = 0
  const manifest = await readBackup(file, schema, {
    header: async (header) => {
      found = header
    },
    rows: async (_table, rows) => {
      requireGoing(signal)
      read += rows.length
      onProgress(read, 0)
    },
  })
  // The reader refuses a file that does not begin with one.
  if (found === null) throw new GatewayError('BACKUP_UNREADABLE', `${file} says nothing about itself`)
  return { header: found, manifest }
}

export interface RestoreOptions {
  readonly file: string
  readonly schema: number
  /** Of the file, verified before. */
  readonly content: BackupContent
  /** Nobody works on it; what it holds goes away. */
  readonly place: Place
  /** Whether all is written in one transaction, since the place is in use by its name; else it is not, before the end. */
  readonly atOnce: boolean
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onProgress: OnProgress
}

/**
 * Writes a backup into a place, reads it again and compares it with the manifest. The place then knows that it was
 * restored: what it holds as waiting or planned may have been carried out since the backup was made, so the recorder
 * looks before it calls (see recorder/calls/lookAfterRestore.ts).
 * @throws GatewayError INPUT_UNREADABLE, BACKUP_UNREADABLE, BACKUP_BROKEN_OFF, RESTORE_DIFFERS, STORAGE_…
 */
export async function restoreBackup(options: RestoreOptions): Promise<void> {
  const { place, atOnce } = options
  if (atOnce) await place.change(async (change) => fill(options, async (work) => work(change)))
  else await fill(options, async (work) => place.change(work))
  await place.afterRejoining()
  const faults = await place.examine()
  if (faults.length > 0) throw differs(faults.join('; '))
}

type InTransaction = (work: (change: Change) => Promise<void>) => Promise<void>

async function fill(options: RestoreOptions, inTransaction: InTransaction): Promise<void> {
  const { file, schema, content, clock, signal, onProgress } = options
  const { header, manifest } = content
  const ofRows = Object.values(manifest.tables).reduce((sum, { rows }) => sum + rows, 0)
  await inTransaction(async (change) => {
    await change.admitWrites()
    await change.unfollow()
    await change.clear()
    await change.separate()
  })
  let written = 0
  const again = await readBackup(file, schema, {
    header: async () => undefined,
    rows: async (table, rows) => {
      requireGoing(signal)
      await inTransaction(async (change) => {
        for (let start = 0; start < rows.length; start += rowsAtATime)
          await change.put(table, rows.slice(start, start + rowsAtATime))
      })
      written += rows.length
      onProgress(written, ofRows)
    },
  })
  if (again.sha256 !== manifest.sha256)
    throw new GatewayError('BACKUP_UNREADABLE', `${file} was changed while it was being restored`)
  await inTransaction(async (change) => {
    await compare(change, manifest)
    for (const table of tables) {
      const lastId = manifest.tables[table.name]?.lastId ?? null
      if (lastId !== null) await change.setLastId(table, lastId)
    }
    await change.rejoin()
    const restored = { backupAt: Date.parse(header.at), at: clock.now() }
    await change.setNote('id', header.installation ?? randomUUID())
    await change.setNote('restored', JSON.stringify(restored))
    for (const name of ['arrival', 'departure', 'moved'] as const) await change.setNote(name, null)
  })
}

/** Reads all that was written, row by row. @throws GatewayError RESTORE_DIFFERS */
async function compare(look: Look, manifest: Manifest): Promise<void> {
  for (const table of tables) {
    const fingerprint = new Fingerprint()
    let count = 0
    for await (const rows of allRows(look, table)) {
      count += rows.length
      for (const row of rows) fingerprint.toggle(row)
    }
    const said = manifest.tables[table.name]
    if (said?.rows !== count || said.hash !== fingerprint.hex)
      throw differs(`the table ${table.name} has ${count} rows, of ${said?.rows ?? 0}, or others`)
  }
}

async function* allRows(look: Look, table: Table): AsyncGenerator<readonly Row[]> {
  let after: Key | null = null
  for (;;) {
    const rows: readonly Row[] = await look.rowsAfter(table, after, rowsAtATime)
    yield rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < rowsAtATime) return
    after = keyOf(table, last)
  }
}

function differs(what: string): GatewayError {
  return new GatewayError('RESTORE_DIFFERS', `what was restored is not what the backup holds: ${what}`)
}

function requireGoing(signal: AbortSignal): void {
  if (signal.aborted) throw new GatewayError('BACKUP_BROKEN_OFF', 'broken off; nothing was put in place')
}
