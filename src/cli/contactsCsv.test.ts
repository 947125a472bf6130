import { describe, expect, it } from 'vitest'
import { parseContactsCsv } from './contactsCsv.ts'

const read = (text: string) => parseContactsCsv(text, 'people.csv')

describe('contacts from CSV', () => {
  it('read what spreadsheets of different countries write', () => {
    const rows = [{ name: 'Zoë Müller', emails: ['zoe@example.org'] }]
    expect(read('name,email\nZoë Müller,zoe@example.org\n')).toEqual(rows)
    expect(read('\uFEFFName;E-Mail;Email\r\n"Zoë Müller";x;zoe@example.org\r\n\r\n')).toEqual(rows)
    expect(read('EMAIL\tname\nzoe@example.org\tZoë Müller')).toEqual(rows)
  })

  it('keep an address as it is', () => {
    expect(read("email\no'brien@example.org\na&b@example.org\n").map((row) => row.emails[0])).toEqual([
      "o'brien@example.org",
      'a&b@example.org',
    ])
  })

  it('name the record that has no address, and the file', () => {
    expect(() => read('name,email\nA,a@example.org\nB,\n')).toThrow(/people\.csv: record 2/)
    expect(() => read('name;mail\nA;a@example.org\n')).toThrow(/column "email"/)
    expect(() => read('email\na@example.org\nb c@example.org\n')).toThrow(/record 2/)
    expect(() => read('name,email\n')).toThrow(/no contact/)
    expect(() => read('')).toThrow(/no contact/)
    expect(() => read('name,email\n"A,a@example.org\n')).toThrow(/people\.csv/)
  })
})
