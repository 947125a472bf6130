import { canonicalAddress } from '../address.ts'
import type { NewContact } from './contactStore.ts'

export interface ContactsCsv {
  readonly contacts: readonly NewContact[]
  /** Lines that were left out, with the reason. */
  readonly problems: readonly { readonly line: number; readonly problem: string }[]
}

/**
 * Reads contacts from CSV as spreadsheets write it (RFC 4180): comma, semicolon or tab; quoted fields;
 * columns `name` and `email`, by a heading in any order and letter case, else in this order.
 */
export function readContactsCsv(text: string): ContactsCsv {
  const records = readRecords(text.replace(/^\uFEFF/, ''))
  const heading = records[0]?.fields.map((field) => field.trim().toLowerCase()) ?? []
  const hasHeading = heading.includes('email') || heading.includes('e-mail')
  const nameColumn = hasHeading ? heading.indexOf('name') : 0
  const emailColumn = hasHeading ? heading.findIndex((field) => field === 'email' || field === 'e-mail') : 1
  const contacts: NewContact[] = []
  const problems: { line: number; problem: string }[] = []
  for (const { fields, line } of hasHeading ? records.slice(1) : records) {
    const email = canonicalAddress(fields[emailColumn] ?? '')
    const name = (nameColumn < 0 ? '' : (fields[nameColumn] ?? '')).trim()
    if (isAddress(email)) contacts.push({ name: name === '' ? email : name, emails: [email] })
    else problems.push({ line, problem: email === '' ? 'no e-mail address' : 'not an e-mail address' })
  }
  return { contacts, problems }
}

/** Only what cannot be one is refused: CiviCRM sends to stranger ones, and SES reports them as they are. */
export function isAddress(email: string): boolean {
  return /^[^\s\p{Cc}]+@[^\s\p{Cc}@]+$/u.test(email)
}

interface CsvRecord {
  readonly fields: readonly string[]
  /** Where it begins, from 1. */
  readonly line: number
}

function readRecords(text: string): readonly CsvRecord[] {
  const separator = separatorOf(text)
  const records: CsvRecord[] = []
  let fields: string[] = []
  let field = ''
  let quoted = false
  let line = 1
  let startLine = 1
  const endField = (): void => {
    fields.push(field)
    field = ''
  }
  const endRecord = (): void => {
    endField()
    if (fields.some((one) => one.trim() !== '')) records.push({ fields, line: startLine })
    fields = []
    startLine = line
  }
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index)
    if (char === '\n') line += 1
    if (quoted) {
      if (char !== '"') field += char
      else if (text.charAt(index + 1) === '"') {
        field += '"'
        index += 1
      } else quoted = false
    } else if (char === '"' && field.trim() === '') {
      quoted = true
      field = ''
    } else if (char === separator) endField()
    else if (char === '\n') endRecord()
    else if (char !== '\r') field += char
  }
  endRecord()
  return records
}

/** Spreadsheets take what the country uses; the first line tells. */
function separatorOf(text: string): string {
  const [firstLine = ''] = text.split('\n', 1)
  const count = (separator: string): number => firstLine.split(separator).length
  return [',', ';', '\t'].toSorted((a, b) => count(b) - count(a))[0] ?? ','
}
