/** Characters below which the last column is no longer readable. */
const leastColumn = 24

/** Plain text tables for people; `--json` is for programs. */
export interface Column<Row> {
  readonly title: string
  readonly value: (row: Row) => string | number | boolean | null
}

/**
 * Columns padded to their widest cell, two spaces between them. The last column is wrapped where a
 * terminal's width is known, so that a long explanation stays under its title. Where the terminal is too
 * narrow even so, each row is a block of its own, with a line for each cell that is not empty.
 */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number | null = null): string {
  const cells = rows.map((row) => columns.map((column) => cell(column.value(row))))
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...cells.map((row) => displayWidth(row[index] ?? ''))),
  )
  const before = widths.slice(0, -1).reduce((sum, one) => sum + one + 2, 0)
  const leastRoom = Math.min(leastColumn, widths.at(-1) ?? 0)
  if (width !== null && before + leastRoom > width) return blocks(columns, cells, width)
  const room = width === null ? Infinity : Math.max(leastRoom, width - before)
  const lines = [columns.map((column) => column.title), ...cells].flatMap((row) => {
    const head = row.slice(0, -1).map((text, index) => pad(text, widths[index] ?? 0))
    const [first = '', ...more] = wrap(row.at(-1) ?? '', room)
    return [[...head, first].join('  ').trimEnd(), ...more.map((text) => ' '.repeat(before) + text)]
  })
  return lines.map((line) => `${line}\n`).join('')
}

function blocks<Row>(columns: readonly Column<Row>[], rows: readonly (readonly string[])[], width: number): string {
  const titles = columns.map(({ title }) => title)
  const before = Math.max(...titles.map((title) => title.length)) + 2
  const room = Math.max(leastColumn, width - before)
  return rows
    .map((row) =>
      row
        .map((text, index) => ({ title: titles[index] ?? '', lines: wrap(text, room) }))
        .filter(({ lines }) => lines.some((line) => line !== ''))
        .map(({ title, lines }) => `${title.padEnd(before)}${lines.join(`\n${' '.repeat(before)}`)}\n`)
        .join(''),
    )
    .join('\n')
}

/** `key: value` lines. */
export function facts(entries: readonly (readonly [string, string | number | boolean | null])[]): string {
  const widest = Math.max(...entries.map(([name]) => name.length))
  return entries.map(([name, value]) => `${`${name}:`.padEnd(widest + 1)}  ${cell(value)}\n`).join('')
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** One value on one line, for streams of values. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`
}

/** Epoch ms for a column that is headed as UTC; '' for none. */
export function when(time: number | null): string {
  return time === null ? '' : new Date(time).toISOString().replace('T', ' ').slice(0, 19)
}

/** Epoch ms for a sentence, as `--since` and `--before` take it too. */
export function moment(time: number): string {
  return `${when(time)} UTC`
}

/**
 * A stranger's bytes end in a terminal: control characters (escape sequences above all) are shown,
 * not sent.
 */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- naming control characters is the point
  return text.replaceAll(/[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g, (character) =>
    character === '\n' || character === '\t' ? ' ' : `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`,
  )
}

function cell(value: string | number | boolean | null): string {
  if (value === null) return '-'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return printable(String(value))
}

function displayWidth(text: string): number {
  return Array.from(new Intl.Segmenter().segment(text)).length
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

/** Lines of at most `width` characters, broken at spaces; a longer word keeps its line. */
export function wrap(text: string, width: number): readonly string[] {
  if (text.length <= width) return [text]
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
