/**
 * Times as SES writes them, read the same on every machine: text without an offset is UTC, never local
 * time as `Date.parse` takes it.
 */

const isoLike =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)? ?(?:[Zz]|UTC|GMT|([+-])(\d\d):?(\d\d)?)?$/

/** RFC 5322 dates, only with an explicit offset. */
const mailDate = /^(?:[A-Za-z]{3}, )?\d{1,2} [A-Za-z]{3} \d{4} \d\d:\d\d(?::\d\d)? (?:GMT|UTC|[+-]\d{4})$/

/**
 * Epoch ms of a time. Takes ISO 8601 with or without seconds, fraction and offset, the form with a blank
 * before the offset that AWS's guide shows (`2018-10-08T14:05:45 +0000`), and mail dates.
 * Returns null for anything else: a strange time is never a reason to drop an event.
 */
export function parseTime(text: string | null): number | null {
  if (text === null) return null
  const line = text.trim()
  const parts = isoLike.exec(line)
  if (parts !== null) return fromParts(parts)
  if (!mailDate.test(line)) return null
  const time = Date.parse(line)
  return Number.isNaN(time) ? null : time
}

function fromParts(parts: RegExpExecArray): number | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map((part) => Number(part ?? 0))
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60) return null
  const milliseconds = Number((parts[7] ?? '0').padEnd(3, '0').slice(0, 3))
  const offset = (Number(parts[9] ?? 0) * 60 + Number(parts[10] ?? 0)) * (parts[8] === '-' ? -1 : 1)
  const time = new Date(0)
  // Not Date.UTC: it takes the years 0 to 99 for 1900 to 1999.
  time.setUTCFullYear(year, month - 1, day)
  time.setUTCHours(hour, minute - offset, second, milliseconds)
  return time.getTime()
}
