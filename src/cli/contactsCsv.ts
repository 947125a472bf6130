import { parse } from 'csv-parse/sync'
import { isAddress } from '../civicrm/address.ts'
import { GatewayError, messageOf } from '../errors/gatewayError.ts'

const longestName = 200

/** Mistakes named at once: enough to see what is wrong with all of them. */
const mostNamed = 10

/** It was found and read: nothing is wrong with its path. */
const correctIt = 'Nothing was imported. Correct the file and import it again.'

export interface ContactRow {
  readonly name: string
  readonly emails: string[]
}

interface Line {
  readonly record: Readonly<Record<string, string>>
  /** Where it ended. */
  readonly info: { readonly lines: number }
}

/**
 * Contacts out of CSV with a header line: `email` is needed, `name` may be. Separator comma, semicolon
 * or tab, as spreadsheets of different countries write; a byte order mark is no part of the first name.
 * @throws GatewayError INPUT_UNREADABLE naming the lines; also where it is not UTF-8, since it would be stored mangled
 */
export function parseContactsCsv(bytes: Uint8Array, file: string): readonly ContactRow[] {
  const lines = linesOf(textOf(bytes, file), file)
  const [first] = lines
  if (first === undefined)
    throw new GatewayError('INPUT_UNREADABLE', `${file}: it holds no contact`, { hint: correctIt })
  if (!Object.hasOwn(first.record, 'email'))
    throw new GatewayError(
      'INPUT_UNREADABLE',
      `${file}: its first line names no column "email"; it names: ${Object.keys(first.record).join(', ')}`,
      { hint: correctIt },
    )
  const mistakes = lines.flatMap(({ record, info }) => {
    const what = mistakeIn(record)
    return what === null ? [] : [`line ${info.lines} has ${what}`]
  })
  if (mistakes.length > 0) {
    const more = mistakes.length > mostNamed ? `; and ${mistakes.length - mostNamed} more` : ''
    throw new GatewayError('INPUT_UNREADABLE', `${file}: ${mistakes.slice(0, mostNamed).join('; ')}${more}`, {
      hint: correctIt,
    })
  }
  return lines.map(({ record: { email = '', name = '' } }) => ({ name, emails: [email] }))
}

function linesOf(text: string, file: string): readonly Line[] {
  const [header = ''] = text.split(/\r?\n/, 1)
  const delimiter = [',', ';', '\t'].reduce((best, one) =>
    header.split(one).length > header.split(best).length ? one : best,
  )
  try {
    return parse(text, {
      bom: true,
      columns: (names: string[]) => names.map((name) => name.trim().toLowerCase()),
      delimiter,
      info: true,
      skip_empty_lines: true,
      trim: true,
    })
  } catch (error) {
    throw new GatewayError('INPUT_UNREADABLE', `${file}: ${messageOf(error)}`, { cause: error, hint: correctIt })
  }
}

function textOf(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw new GatewayError('INPUT_UNREADABLE', `${file} is not written in UTF-8`, {
      cause: error,
      hint: 'In Excel save it as "CSV UTF-8"; elsewhere: iconv -f WINDOWS-1252 -t UTF-8 OLD.csv > NEW.csv',
    })
  }
}

function mistakeIn({ email = '', name = '' }: Line['record']): string | null {
  if (!isAddress(email)) return 'no address in the column "email"'
  return name.length > longestName ? `a name of more than ${longestName} characters` : null
}
