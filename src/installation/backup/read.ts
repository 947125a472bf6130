import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { GatewayError, messageOf } from '../../errors/gatewayError.ts'
import { Fingerprint, rowOfText } from '../fingerprint.ts'
import { type Row, type Table, tables } from '../tables.ts'
import { type Header, headerSchema, type Manifest, manifestSchema, tableLineSchema } from './format.ts'
import { linesOf } from './lines.ts'

export interface BackupReader {
  readonly header: (header: Header) => Promise<void>
  /** Some rows of a table, in the order of the key; tables come in the order of tables.ts. */
  readonly rows: (table: Table, rows: readonly Row[]) => Promise<void>
}

/** Characters of rows that are handed on at a time. */
const charactersAtATime = 1024 * 1024

/** Bytes of a line: what is no backup is known by its first one. A row with the longest message stays far below. */
const longestHeader = 64 * 1024
const longestLine = 64 * 1024 * 1024

/**
 * Reads a backup from its beginning to its end, in pieces, and makes sure that it is whole: every row, count and hash is
 * what the manifest says.
 * @returns the manifest
 * @throws GatewayError INPUT_UNREADABLE, BACKUP_UNREADABLE, BACKUP_FOREIGN_SCHEMA; whatever the reader throws
 */
export async function readBackup(file: string, schema: number, reader: BackupReader): Promise<Manifest> {
  const parser = new Parser(schema, reader)
  try {
    await pipeline(createReadStream(file), createGunzip(), async (source: AsyncIterable<Buffer>) => {
      for await (const line of linesOf(source, () => parser.longestLine)) await parser.line(line)
    })
    return parser.end()
  } catch (error) {
    if (error instanceof PassedOn) throw error.cause
    if (error instanceof GatewayError) throw error
    if (isOfTheFile(error))
      throw new GatewayError('INPUT_UNREADABLE', `${file} cannot be read: ${messageOf(error)}`, { cause: error })
    throw unreadable(`${file}: ${messageOf(error)}`, error)
  }
}

/** The system does not give the file, whatever is in it; zlib's errors name no call of the system. */
function isOfTheFile(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

/** What the reader threw, which says nothing about the backup. */
class PassedOn extends Error {}

async function passOn(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    throw new PassedOn('', { cause: error })
  }
}

class Parser {
  readonly #schema: number
  readonly #reader: BackupReader
  readonly #hash: Hash = createHash('sha256')
  #header: Header | null = null
  #manifest: Manifest | null = null
  #table: Table | null = null
  #rows: Row[] = []
  #size = 0
  readonly #found = new Map<string, { rows: number; fingerprint: Fingerprint }>()

  constructor(schema: number, reader: BackupReader) {
    this.#schema = schema
    this.#reader = reader
  }

  /** Bytes that the next line may have. */
  get longestLine(): number {
    return this.#header === null ? longestHeader : longestLine
  }

  end(): Manifest {
    if (this.#manifest === null) throw unreadable('its end is missing')
    for (const { name } of tables) {
      const said = this.#manifest.tables[name]
      const found = this.#found.get(name)
      if (said === undefined || found === undefined) throw unreadable(`the table ${name} is missing`)
      if (said.rows !== found.rows) throw unreadable(`the table ${name} has ${found.rows} rows instead of ${said.rows}`)
      if (said.hash !== found.fingerprint.hex) throw unreadable(`the rows of the table ${name} were changed`)
    }
    return this.#manifest
  }

  async line(line: Buffer): Promise<void> {
    if (this.#manifest !== null) throw unreadable('something stands behind its end')
    const text = line.toString('utf8', 0, line.byteLength - 1)
    if (text.startsWith('{"end"')) return this.#finish(text)
    this.#hash.update(line)
    if (this.#header === null) return this.#begin(text)
    if (text.startsWith('{')) return this.#beginTable(text)
    if (this.#table === null) throw unreadable('a row stands before the first table')
    const found = this.#found.get(this.#table.name)
    if (found === undefined) throw unreadable('a row stands in no table')
    found.rows += 1
    found.fingerprint.toggleText(text)
    this.#rows.push(rowOfText(this.#table, text))
    this.#size += text.length
    if (this.#size >= charactersAtATime) await this.#handOn()
  }

  async #begin(text: string): Promise<void> {
    const header = headerSchema.parse(JSON.parse(text))
    if (header.schema !== this.#schema)
      throw new GatewayError(
        'BACKUP_FOREIGN_SCHEMA',
        `the backup is of civicrm-ses ${header.program} with schema ${header.schema}, this version has ${this.#schema}`,
      )
    this.#header = header
    await passOn(async () => this.#reader.header(header))
  }

  async #beginTable(text: string): Promise<void> {
    await this.#handOn()
    const { table: name, columns } = tableLineSchema.parse(JSON.parse(text))
    const table = tables[this.#found.size]
    if (table?.name !== name) throw unreadable(`the table ${name} is unknown, or not in its place`)
    if (table.columns.map((column) => column.name).join(' ') !== columns.join(' '))
      throw unreadable(`the table ${name} has other columns`)
    this.#table = table
    this.#found.set(name, { rows: 0, fingerprint: new Fingerprint() })
  }

  async #finish(text: string): Promise<void> {
    await this.#handOn()
    this.#manifest = manifestSchema.parse(JSON.parse(text))
    if (this.#manifest.sha256 !== this.#hash.digest('hex')) throw unreadable('its lines were changed')
  }

  async #handOn(): Promise<void> {
    const [table, rows] = [this.#table, this.#rows]
    this.#rows = []
    this.#size = 0
    if (table !== null && rows.length > 0) await passOn(async () => this.#reader.rows(table, rows))
  }
}

function unreadable(what: string, cause?: unknown): GatewayError {
  return new GatewayError('BACKUP_UNREADABLE', `the backup is damaged or none: ${what}`, { cause })
}
