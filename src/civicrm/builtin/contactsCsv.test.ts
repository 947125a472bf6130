import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAddress, readContactsCsv } from './contactsCsv.ts'

describe('readContactsCsv', () => {
  it('reads name and address by heading, in any order, with other columns', () => {
    const csv = '\uFEFFId,E-Mail,Name\r\n1,Ann@Example.org,"Bell, Ann"\r\n2,bob@example.com,"Bob ""B"" Bee"\r\n'
    expect(readContactsCsv(csv)).toEqual({
      contacts: [
        { name: 'Bell, Ann', emails: ['ann@example.org'] },
        { name: 'Bob "B" Bee', emails: ['bob@example.com'] },
      ],
      problems: [],
    })
  })

  it.each([',', ';', '\t'])('reads name, address without a heading, separated by %j', (separator) => {
    expect(readContactsCsv(`Ann${separator}ann@example.org\nBob${separator}bob@example.com`).contacts).toEqual([
      { name: 'Ann', emails: ['ann@example.org'] },
      { name: 'Bob', emails: ['bob@example.com'] },
    ])
  })

  it('takes the address where the name is missing', () => {
    expect(readContactsCsv('email\nann@example.org\n').contacts).toEqual([
      { name: 'ann@example.org', emails: ['ann@example.org'] },
    ])
  })

  it('says which lines it leaves out, counting those inside quotes', () => {
    const csv = 'name,email\n"Ann\nBell",ann@example.org\n\nBob,\nCid,cid at example\n'
    expect(readContactsCsv(csv)).toEqual({
      contacts: [{ name: 'Ann\nBell', emails: ['ann@example.org'] }],
      problems: [
        { line: 5, problem: 'no e-mail address' },
        { line: 6, problem: 'not an e-mail address' },
      ],
    })
  })

  it('finds nothing in nothing', () => {
    expect(readContactsCsv('')).toEqual({ contacts: [], problems: [] })
  })

  it('reads back whatever names are quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 })), (names) => {
        const quoted = names.map((name) => `"${name.replaceAll('"', '""')}",a@example.org`)
        const { contacts } = readContactsCsv(['name,email', ...quoted].join('\n'))
        expect(contacts.map(({ name }) => name)).toEqual(names.map((name) => name.trim() || 'a@example.org'))
      }),
    )
  })
})

describe('isAddress', () => {
  it.each(["o'brien@example.org", 'a&b@example.org', 'müller@example.xn--p1ai', '"a@b"@example.org', 'a@localhost'])(
    'takes %s',
    (email) => {
      expect(isAddress(email)).toBe(true)
    },
  )

  it.each(['', 'a', '@example.org', 'a@', 'a b@example.org', 'a@b c', 'a@exa\u0000mple.org'])('refuses %j', (email) => {
    expect(isAddress(email)).toBe(false)
  })
})
