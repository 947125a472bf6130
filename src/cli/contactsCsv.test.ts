import { describe, expect, it } from 'vitest'
import { parseContactsCsv } from './contactsCsv.ts'

const read = (text: string) => parseContactsCsv(Buffer.from(text), 'people.csv')

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

  it('name the lines that have no address, and the file', () => {
    expect(() => read('name,email\nA,a@example.org\nB,\n\n"C\nD",c@example.org\nE,e\n')).toThrow(
      /^people\.csv: line 3 has no address in the column "email"; line 7 has no address in the column "email"$/,
    )
    expect(() => read('name;mail\nA;a@example.org\n')).toThrow(/no column "email"; it names: name, mail$/)
    expect(() => read('email\na@example.org\nb c@example.org\n')).toThrow(/line 3/)
    expect(() => read(`email\n${'x\n'.repeat(25)}`)).toThrow(/line 11 has [^;]*; and 15 more$/)
    expect(() => read('name,email\n')).toThrow(/no contact/)
    expect(() => read('')).toThrow(/no contact/)
    expect(() => read('name,email\n"A,a@example.org\n')).toThrow(/people\.csv/)
  })

  it.each([
    ['no column "email"', 'name;mail\nA;a@example.org\n'],
    ['no contact', 'name,email\n'],
    ['no address', 'email\nx\n'],
    ['an open quote', 'name,email\n"A,a@example.org\n'],
    ['a column too many', 'name,email\nA,a@example.org,x\n'],
  ])('advise to correct what was read and is wrong, and not to look at its path: %s', (_, text) => {
    const hint = expect.stringMatching(/^Nothing was imported\. Correct the file/)
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'INPUT_UNREADABLE', hint }))
  })

  it('are refused in another encoding than UTF-8, in which names would be stored mangled', () => {
    const latin1 = Buffer.from('name,email\nJos\u00e9,jose@example.org\n', 'latin1')
    const utf16 = Buffer.from('\uFEFFname,email\nJos\u00e9,jose@example.org\n', 'utf16le')
    for (const bytes of [latin1, utf16])
      expect(() => parseContactsCsv(bytes, 'people.csv')).toThrow(
        expect.objectContaining({
          code: 'INPUT_UNREADABLE',
          message: 'people.csv is not written in UTF-8',
          hint: expect.stringContaining('CSV UTF-8'),
        }),
      )
  })
})
