import type { Random } from '../../src/clock.ts'
import { pick, wholeNumber } from '../../src/simulator/random.ts'
import { hostileAddress, hostileDate, hostileLength, hostileText } from './hostileText.ts'
import { Members, Raw, type Tree } from './tree.ts'

/** As they stand in the text: most of them no double holds as they are written. */
const numbers = [
  '0',
  '-0',
  '1',
  '-1',
  '0.1e-400',
  '1e308',
  '1e999',
  '-1e999',
  '9007199254740993',
  '4294967296',
  '2147483648',
  '-2147483649',
  '1795521600000',
  '8640000000000001',
  '3.141592653589793238462643383279502884197',
  '1234567890'.repeat(40),
] as const

/** Names that mean something to a JavaScript object, to a database, or to what reads SES's records. */
const keys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'toJSON',
  'then',
  'length',
  '0',
  '-1',
  '',
  ' ',
  '\0',
  '\uD800',
  'mail',
  'bounce',
  'complaint',
  'Bounce',
  'eventType',
  'notificationType',
  'detail',
  'detail-type',
  'failure',
  'recipients',
  'bouncedRecipients',
  'headers',
  'commonHeaders',
  'destination',
  'messageId',
  'timestamp',
  'tags',
  'emailAddress',
  'headersTruncated',
] as const

export function hostileKey(random: Random): string {
  return random() < 0.8 ? pick(random, keys) : hostileText(random)
}

/** A value of any type that has no business where it will stand. */
export function hostileTree(random: Random): Tree {
  const way = random()
  if (way < 0.35) return hostileText(random)
  if (way < 0.5) return new Raw(pick(random, numbers))
  if (way < 0.65) return pick<Tree>(random, [null, true, false, [], new Members([])])
  if (way < 0.72) return hostileAddress(random)
  if (way < 0.77) return hostileDate(random)
  if (way < 0.87) return [hostileText(random), null, [hostileText(random)], new Raw(pick(random, numbers))]
  if (way < 0.97) return new Members([member(random), member(random)])
  return deep(random)
}

function member(random: Random): { key: string; value: Tree } {
  return { key: hostileKey(random), value: random() < 0.7 ? hostileText(random) : new Members([]) }
}

/** Parsers take any depth; what walks or writes the value again recurses, and may not come back. */
export function deep(random: Random): Raw {
  const depth = random() < 0.01 ? 100_000 : Math.max(1, hostileLength(random))
  return random() < 0.5
    ? new Raw(`${'['.repeat(depth)}${']'.repeat(depth)}`)
    : new Raw(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`)
}

/** Whom SES names: fifty at most, and here up to some hundreds, in every form that an entry has. */
export function recipientList(random: Random, known: readonly string[]): Tree[] {
  const most = random() < 0.03 ? 300 : 12
  return Array.from({ length: 1 + wholeNumber(random, most) }, (_, index): Tree => {
    const way = random()
    const address = way < 0.5 ? pick(random, known) : `person-${index}@example.org`
    if (way < 0.8) return new Members([{ key: 'emailAddress', value: address }])
    return way < 0.9 ? address : hostileTree(random)
  })
}
