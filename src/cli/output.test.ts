import { describe, expect, it } from 'vitest'
import { printable, table, when } from './output.ts'

interface Row {
  readonly who: string
  readonly why: string
}

const columns = [
  { title: 'Who', value: (row: Row) => row.who },
  { title: 'Why', value: (row: Row) => row.why },
]

describe('tables', () => {
  it('line up under their titles, whatever the script', () => {
    expect(
      table(columns, [
        { who: 'müller', why: 'a' },
        { who: 'x', why: 'b' },
      ]),
    ).toBe('Who     Why\nmüller  a\nx       b\n')
  })

  it('wrap the last column where the terminal is narrow', () => {
    const text = table(columns, [{ who: 'x', why: 'one two three four five six seven' }], 30)
    expect(text.split('\n').every((line) => line.length <= 30)).toBe(true)
    expect(text).toContain('\n     ')
  })

  it('give each row a block of its own where the terminal is too narrow for the columns', () => {
    const wide = [
      { title: 'Recipient', value: (row: Row) => row.who },
      { title: 'Site', value: (row: Row) => (row.who === 'bo@example.org' ? '' : 'main') },
      { title: 'Why', value: (row: Row) => row.why },
    ]
    const rows = [
      { who: 'a-rather-long-address@example.org', why: 'one two three four five six seven eight nine ten eleven' },
      { who: 'bo@example.org', why: 'short' },
    ]
    expect(table(wide, rows, 50)).toBe(
      'Recipient  a-rather-long-address@example.org\n' +
        'Site       main\n' +
        'Why        one two three four five six seven eight\n' +
        '           nine ten eleven\n' +
        '\n' +
        'Recipient  bo@example.org\n' +
        'Why        short\n',
    )
    expect(table(wide, rows, 100)).toMatch(/^Recipient +Site +Why\n/)
    expect(table(wide, rows.slice(1), 30)).toMatch(/^Recipient +Site +Why\n/)
  })

  it('never send the escape sequences of a stranger to the terminal', () => {
    expect(printable('a\u001B[31mred\u009B2J\u202Eb')).toBe('a\\u{1b}[31mred\\u{9b}2J\\u{202e}b')
    expect(table(columns, [{ who: '\u001B]0;x\u0007', why: 'a\nb' }])).not.toContain('\u001B')
  })

  it('show times in UTC', () => {
    expect(when(0)).toBe('1970-01-01 00:00:00')
    expect(when(null)).toBe('')
  })
})
