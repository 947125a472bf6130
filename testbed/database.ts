import { connect } from 'node:net'
import { type Connection, createConnection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise'

export interface DatabaseAddress {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly name: string
}

/** What a query may be given for its question marks. */
export type Parameter = string | number | boolean | null

export type Row = Readonly<Record<string, unknown>>

/**
 * One connection for one piece of work. There is no pool on purpose: tests stop and kill the server,
 * and a pool would go on handing out the dead connections. On loopback a new one costs 2 ms.
 */
export async function withConnection<T>(
  address: DatabaseAddress,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await createConnection({
    host: address.host,
    port: address.port,
    user: address.user,
    password: address.password,
    database: address.name,
    charset: 'utf8mb4_unicode_ci',
    // DATETIME columns stay the text they are in the table ("2026-01-31 12:00:00", in UTC).
    dateStrings: true,
    connectTimeout: 5_000,
  })
  // A server killed under an idle connection must fail the work, not the process.
  connection.on('error', () => undefined)
  try {
    const result = await work(connection)
    await connection.end()
    return result
  } catch (error) {
    connection.destroy()
    throw error
  }
}

/** Runs one statement; a SELECT gives its rows, anything else the count of the rows it changed. */
export async function query(
  address: DatabaseAddress,
  statement: string,
  parameters: readonly Parameter[],
): Promise<readonly Row[]> {
  return withConnection(address, async (connection) => {
    const [rows] = await connection.query<RowDataPacket[] | ResultSetHeader>(statement, [...parameters])
    return Array.isArray(rows) ? rows : [{ affectedRows: rows.affectedRows }]
  })
}

/** Whether the server greets and lets us in. The port is tried first: that is quick to fail. */
export async function canConnect(address: DatabaseAddress): Promise<boolean> {
  if (!(await isListening(address.host, address.port))) return false
  try {
    await query(address, 'SELECT 1', [])
    return true
  } catch {
    return false
  }
}

export function isListening(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
    socket.setTimeout(1_000, () => end(false))
  })
}
