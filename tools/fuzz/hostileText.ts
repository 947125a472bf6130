import type { Random } from '../../src/clock.ts'
import { pick, wholeNumber } from '../../src/simulator/random.ts'

/** Lengths are mostly small: one in a few hundred is as long as a message can be. */
export function hostileLength(random: Random): number {
  const doublings = random() < 0.003 ? 12 + wholeNumber(random, 6) : wholeNumber(random, 10)
  return 2 ** doublings - wholeNumber(random, 2)
}

/** Half a surrogate pair, on either side; direction and width marks; what is nothing in one place and an end in another. */
const characters = [
  '\uD800',
  '\uDC00',
  '\uD83D',
  '\0',
  '\u0001',
  '\u001B[31m',
  '\u0085',
  '\u00A0',
  '\u200B',
  '\u202E',
  '\u2028',
  '\uFEFF',
  '\uFFFE',
  '\uFFFF',
  'e\u0301',
  'ß',
  'İ',
  'ﬃ',
  '𝕏',
  '👩‍👩‍👧‍👦',
  '\r\n',
  '\n',
  '\t',
  '"',
  "'",
  '\\',
  '`',
  '%00',
  '%',
  '/',
  '<',
  '>',
  '@',
  ',',
  ';',
  ':',
  '.',
  '(',
  ')',
  '=?utf-8?q?=41?=',
] as const

const words = [
  '',
  ' ',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  '-0',
  '0x1f',
  '1e999',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '[object Object]',
  "'; DROP TABLE notification; --",
  "' OR 1=1 --",
  '<script>alert(1)</script>',
  '{{7*7}}',
  '${7*7}',
  '../../../etc/passwd',
  'file:///etc/passwd',
  'http://127.0.0.1:1/',
  'javascript:alert(1)',
  'Bounce',
  'Complaint',
  'Rendering Failure',
  'bounce ',
  'Permanent',
  'Transient',
  'not-spam',
  'OnAccountSuppressionList',
  'AmazonSnsSubscriptionSucceeded',
  'Received',
  'Successfully validated SNS topic for Amazon SES event publishing.',
  'smtp; 550 5.1.1 <x@example.org>: unknown',
] as const

/** What makes a pattern that backtracks, or a loop within a loop, stand still. */
const repeated = [
  'a',
  ' ',
  '\t',
  '@',
  '<',
  '>',
  '<a>',
  '"',
  '"a" <',
  '(',
  '()',
  '\\',
  ',',
  ';',
  '.',
  'a.',
  'a@',
  '@a.',
  '=',
  '+',
  '9',
  '9.',
  'b.1.',
  '\n ',
  'e\u0301',
  '%25',
  '-',
  ':',
  'é',
]

/** Text that some program somewhere has stumbled over. */
export function hostileText(random: Random): string {
  const way = random()
  if (way < 0.3) return pick(random, words)
  if (way < 0.5) return pick(random, characters)
  if (way < 0.7) return pick(random, repeated).repeat(hostileLength(random))
  if (way < 0.8) return hostileAddress(random)
  if (way < 0.9) return hostileDate(random)
  return pick(random, words) + pick(random, characters) + pick(random, words)
}

/** Addresses as they come, as they may come, and as they must not be believed. */
export function hostileAddress(random: Random): string {
  const local = pick(random, [
    "o'brien",
    'müller',
    '"john doe"',
    '"a\\"b"',
    'a&b',
    'test..me',
    '.a',
    'UPPER',
    'tag+one+two',
    'bounce+b.1.2.0123456789abcdef',
    'b.1.2.0123456789abcdef',
    'b.99999999999999999999.2.0123456789abcdef',
    'b.-1.0.0123456789ABCDEF',
    'SRS0=abcd=ef=crm.example.org=bounce+b.1.2.0123456789abcdef',
    'x'.repeat(hostileLength(random)),
    '',
  ])
  const domain = pick(random, [
    'example.org',
    'crm.example.org',
    'CRM.EXAMPLE.ORG.',
    'münchen.example',
    'xn--mnchen-3ya.example',
    'xn--',
    '[192.0.2.1]',
    '1.2',
    'localhost',
    '-',
    'a.'.repeat(wholeNumber(random, 200)),
    'example.org@example.net',
    'example.org>',
    '',
  ])
  const form = pick(random, ['', '', '', 'angles', 'name', 'quoted', 'rfc822', 'list', 'comment'])
  const address = `${local}@${domain}`
  switch (form) {
    case 'angles':
      return `<${address}>`
    case 'name':
      return `Ann, Bob & <Co> <${address}>`
    case 'quoted':
      return `"A <b@example.org>, \\"c\\"" <${address}>`
    case 'rfc822':
      return `rfc822; ${address}`
    case 'list':
      return `${address}, group: a@example.org, ${address};`
    case 'comment':
      return `${address} (someone (else)`
    default:
      return address
  }
}

export function hostileDate(random: Random): string {
  return pick(random, [
    '1970-01-01T00:00:00.000Z',
    '0000-00-00T00:00:00Z',
    '0001-01-01T00:00:00.000Z',
    '9999-12-31T23:59:60.999999999Z',
    '+275760-09-13T00:00:00.001Z',
    '-271821-04-19T23:59:59.999Z',
    '2026-02-30T25:61:61Z',
    '2026-11-24T12:00:00+99:99',
    '2018-10-08T14:05:45 +0000',
    'Tue, 24 Nov 2026 12:00:00 +0000',
    'Tue, 31 Feb 2026 12:00:00 GMT',
    '2026-11-24',
    '1795521600000',
    '20261124T120000Z',
    'yesterday',
  ])
}
