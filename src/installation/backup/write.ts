import { createHash } from 'node:crypto'
import { createWriteStream, existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Clock } from '../../clock.ts'
import { GatewayError, messageOf } from '../../errors/gatewayError.ts'
import { Fingerprint, rowText } from '../fingerprint.ts'
import type { Look, Place } from '../place.ts'
import { type Key, keyOf, type Row, type Table, tables } from '../tables.ts'
import type { Header, Manifest } from './format.ts'

export interface BackupOptions {
  readonly place: Place
  readonly file: string
  readonly program: string
  readonly schema: number
  readonly clock: Clock
  readonly signal: AbortSignal
  /** @param ofRows about as many there will be */
  readonly onProgress: (rows: number, ofRows: number, table: string) => void
}

/** Rows read at a time, and the text that is handed to the compression at a time, characters. */
const [firstRows, mostRows, fewestRows] = [200, 2000, 20] as const
const charactersAtATime = 1024 * 1024

/** The fastest of gzip: the disk is seldom the limit, and JSON gets small all the same. */
const compression = 1

/** People's addresses are in it. */
const ownerOnly = 0o600

/**
 * Writes a backup beside the gateway, which goes on: all of one moment, in one look at the place. It has its name only
 * once it is whole and on disk.
 * @throws GatewayError BACKUP_UNWRITABLE, BACKUP_BROKEN_OFF, STORAGE_…
 */
export async function writeBackup(options: BackupOptions): Promise<Manifest> {
  const { place, file } = options
  if (existsSync(file)) throw new GatewayError('BACKUP_UNWRITABLE', `${file} is there already`)
  const unfinished = `${file}.unfinished`
  try {
    await writable(unfinished)
    const manifest = await place.look(async (look) => {
      if ((await look.note('arrival')) !== null)
        throw new GatewayError('STORAGE_ARRIVING', `not all of the installation has come to ${place.address} yet`)
      const written = new Lines()
      await pipeline(
        Readable.from(written.pieces(linesOf(look, options, written)), { objectMode: false }),
        createGzip({ level: compression }),
        createWriteStream(unfinished, { flags: 'r+', mode: ownerOnly }),
        { signal: options.signal },
      )
      return written.manifest
    })
    await sync(unfinished)
    await rename(unfinished, file)
    await sync(path.dirname(path.resolve(file)))
    if (manifest === null) throw new Error('the backup ended without its manifest')
    return manifest
  } catch (error) {
    // What went wrong first is to be told.
    await rm(unfinished, { force: true }).catch(() => undefined)
    throw backupError(error, options)
  }
}

/** Fails before anything is read, and makes the file for its owner alone. */
async function writable(file: string): Promise<void> {
  await rm(file, { force: true })
  await (await open(file, 'wx', ownerOnly)).close()
}

async function sync(file: string): Promise<void> {
  const handle = await open(file, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function backupError(error: unknown, { file, signal }: BackupOptions): unknown {
  if (signal.aborted) return new GatewayError('BACKUP_BROKEN_OFF', 'the backup was broken off; nothing of it was kept')
  if (error instanceof GatewayError || !(error instanceof Error) || !('syscall' in error)) return error
  return new GatewayError('BACKUP_UNWRITABLE', `${file} cannot be written: ${messageOf(error)}`, { cause: error })
}

/** Counts what goes by. */
class Lines {
  readonly #hash = createHash('sha256')
  readonly #tables: Record<string, Manifest['tables'][string]> = {}
  manifest: Manifest | null = null
  rows = 0

  add(table: Table, counted: Manifest['tables'][string]): void {
    this.#tables[table.name] = counted
  }

  /** Joins lines to pieces of some size, and ends with the manifest. */
  async *pieces(lines: AsyncIterable<string>): AsyncGenerator<string> {
    let piece = ''
    for await (const line of lines) {
      piece += `${line}\n`
      if (piece.length < charactersAtATime) continue
      this.#hash.update(piece)
      yield piece
      piece = ''
    }
    this.#hash.update(piece)
    this.manifest = { end: true, tables: this.#tables, sha256: this.#hash.digest('hex') }
    yield `${piece}${JSON.stringify(this.manifest)}\n`
  }
}

async function* linesOf(look: Look, options: BackupOptions, written: Lines): AsyncGenerator<string> {
  const { place, program, schema, clock, onProgress } = options
  const header: Header = {
    backup: 'civicrm-ses',
    format: 1,
    program,
    schema,
    engine: place.engine,
    at: new Date(clock.now()).toISOString(),
    installation: await look.note('id'),
    restored: await look.note('restored'),
  }
  yield JSON.stringify(header)
  let ofRows = 0
  for (const table of tables) ofRows += await look.size(table)
  for (const table of tables) {
    yield JSON.stringify({ table: table.name, columns: table.columns.map(({ name }) => name) })
    const fingerprint = new Fingerprint()
    const before = written.rows
    for await (const rows of piecesOf(look, table)) {
      for (const row of rows) {
        const text = rowText(row)
        fingerprint.toggleText(text)
        yield text
      }
      written.rows += rows.length
      onProgress(written.rows, Math.max(ofRows, written.rows), table.name)
    }
    written.add(table, {
      rows: written.rows - before,
      hash: fingerprint.hex,
      lastId: table.numbered ? await look.lastId(table) : null,
    })
  }
}

/** A table in pieces of about the same size, whatever its rows hold. */
async function* piecesOf(look: Look, table: Table): AsyncGenerator<readonly Row[]> {
  let after: Key | null = null
  let limit: number = firstRows
  for (;;) {
    const rows: readonly Row[] = await look.rowsAfter(table, after, limit)
    yield rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < limit) return
    after = keyOf(table, last)
    const size = rows.reduce((sum, row) => sum + sizeOf(row), 0)
    limit = Math.min(mostRows, Math.max(fewestRows, Math.round((rows.length * charactersAtATime) / Math.max(size, 1))))
  }
}

/** In characters, about. */
export function sizeOf(row: Row): number {
  return row.reduce<number>((sum, value) => sum + (value === null || typeof value === 'number' ? 8 : value.length), 0)
}
