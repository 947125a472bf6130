import { parse } from 'csv-parse/sync'
import { isAddress } from '../civicrm/address.ts'
import { GatewayError, messageOf } from '../errors/gatewayError.ts'

const longestName = 200

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
  if (records.length === 0) throw new GatewayError('INPUT_UNREADABLE', `${file}: it holds no contact`)
  return records.map((record, index) => {
    const { email = '', name = '' } = record
    const refuse = (what: string): never => {
      throw new GatewayError('INPUT_UNREADABLE', `${file}: record ${index + 1} has ${what}`, {
        hint: 'Correct it and import the file again: who is there already is left out.',
      })
    }
    if (!isAddress(email)) refuse('no address in the column "email"')
    if (name.length > longestName) refuse(`a name of more than ${longestName} characters`)
    return { name, emails: [email] }
  })
}
