import { parse } from 'csv-parse/sync'
import { GatewayError, messageOf } from '../errors/gatewayError.ts'

export interface ContactRow {
  readonly name: string
  readonly emails: string[]
}

/**
 * Contacts out of CSV with a header line: `email` is needed, `name` may be. Separator comma, semicolon
 * or tab, as spreadsheets of different countries write; a byte order mark is no part of the first name.
 * @throws GatewayError INPUT_UNREADABLE naming the line
 */
export function parseContactsCsv(text: string, file: string): readonly ContactRow[] {
  const [header = ''] = text.split(/\r?\n/, 1)
  const delimiter = [',', ';', '\t'].reduce((best, one) =>
    header.split(one).length > header.split(best).length ? one : best,
  )
  let records: readonly Record<string, string>[]
  try {
    records = parse(text, {
      bom: true,
      columns: (names: string[]) => names.map((name) => name.trim().toLowerCase()),
      delimiter,
      skip_empty_lines: true,
      trim: true,
    })
  } catch (error) {
    throw new GatewayError('INPUT_UNREADABLE', `${file}: ${messageOf(error)}`, { cause: error })
  }
  return records.map((record, index) => {
    const email = record['email'] ?? ''
    if (!email.includes('@')) {
      throw new GatewayError('INPUT_UNREADABLE', `${file}: record ${index + 1} has no address in the column "email"`)
    }
    return { name: record['name'] ?? '', emails: [email] }
  })
}
