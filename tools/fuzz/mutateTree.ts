import type { Random } from '../../src/clock.ts'
import { pick, shuffled, wholeNumber } from '../../src/simulator/random.ts'
import { hostileAddress, hostileDate, hostileText } from './hostileText.ts'
import { deep, hostileKey, hostileTree, recipientList } from './hostileTree.ts'
import { anyPlace, type Place, placesOf } from './place.ts'
import { type Container, isContainer, Members, Raw, type Tree, writeTree } from './tree.ts'

/** What is known of the tree's surroundings. */
export interface MutationContext {
  /** Addresses that somebody really has. */
  readonly addresses: readonly string[]
}

type Mutation = (random: Random, place: Place, context: MutationContext) => void

const mutations: readonly Mutation[] = [
  (random, place) => (place.value = hostileTree(random)),
  (random, place) => (place.value = hostileTree(random)),
  (_random, place) => place.remove(),
  /** The same key twice: of two values a parser takes one, and not every parser the same. */
  (random, place) => place.insert({ key: place.key, value: random() < 0.5 ? place.value : hostileTree(random) }),
  (random, place) => (place.key = random() < 0.5 ? hostileKey(random) : otherCase(random, place.key)),
  (random, place) => place.insert({ key: hostileKey(random), value: hostileTree(random) }),
  (random, place) => (place.value = otherType(random, place.value)),
  (random, place) =>
    (place.value = random() < 0.5 ? [place.value] : new Members([{ key: place.key, value: place.value }])),
  (random, place) => (place.value = deep(random)),
  (random, place) => (place.value = within(random, place.value)),
  (random, place) => (place.value = within(random, place.value)),
  (random, place) => (place.value = repeated(random, place.value)),
  (random, place) => (place.value = mixed(random, place.value)),
]

/** Changes that know what SES writes where. */
const knowing: readonly ((random: Random, top: Container, context: MutationContext) => void)[] = [
  (random, top) => setAll(random, top, ['timestamp', 'arrivalDate', 'expirationTime'], () => hostileDate(random)),
  (random, top) => setAll(random, top, ['emailAddress', 'destination', 'source'], () => hostileAddress(random)),
  (random, top, { addresses }) =>
    setAll(random, top, ['bouncedRecipients', 'complainedRecipients', 'delayedRecipients', 'recipients'], () =>
      recipientList(random, addresses),
    ),
  (random, top) => setAll(random, top, ['eventType', 'notificationType'], () => hostileTree(random)),
  (random, top) => setAll(random, top, ['messageId', 'feedbackId'], () => hostileTree(random)),
  (random, top) => setAll(random, top, ['headers', 'commonHeaders', 'tags'], () => hostileTree(random)),
  (random, top) =>
    setAll(random, top, ['bounceType', 'bounceSubType', 'complaintFeedbackType', 'status', 'diagnosticCode'], () =>
      hostileText(random),
    ),
]

/** Changes a tree in place, once to a few times. */
export function mutateTree(random: Random, top: Container, context: MutationContext): void {
  for (let times = 1 + wholeNumber(random, 3); times > 0; times--) {
    if (random() < 0.35) {
      pick(random, knowing)(random, top, context)
      continue
    }
    const place = anyPlace(random, top)
    if (place !== null) pick(random, mutations)(random, place, context)
  }
}

function setAll(random: Random, top: Container, keys: readonly string[], make: () => Tree): void {
  for (const place of placesOf(pick(random, keys), top)) place.value = make()
}

function otherCase(random: Random, text: string): string {
  return random() < 0.5 ? text.toUpperCase() : ` ${text}`
}

/** The same content as another type. */
function otherType(random: Random, value: Tree): Tree {
  if (typeof value === 'string') return /^\d{1,15}$/.test(value) ? Number(value) : [value, value]
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return value[0] ?? null
  if (value instanceof Members) return random() < 0.5 ? writeTree(value) : value.list.map((member) => member.value)
  return value === null ? '' : value
}

/** A text with something strange in it; other values as they are. */
function within(random: Random, value: Tree): Tree {
  if (typeof value !== 'string') return value
  const at = wholeNumber(random, value.length + 1)
  const way = random()
  if (way < 0.5) return value.slice(0, at) + hostileText(random) + value.slice(at)
  if (way < 0.7) return value.slice(0, at)
  if (way < 0.8) return value.slice(at)
  if (way < 0.9) return value.length > mostRepeated ? value : value.repeat(1 + wholeNumber(random, 20))
  return value.slice(0, at) + value.slice(at).toUpperCase()
}

/** Repeated again and again it would fill the memory of this tool, not of the gateway. */
const mostRepeated = 8000

function repeated(random: Random, value: Tree): Tree {
  if (writeTree(value).length > mostRepeated) return value
  if (!isContainer(value)) return Array.from({ length: 1 + wholeNumber(random, 60) }, () => value)
  const times = 2 + wholeNumber(random, random() < 0.01 ? 500 : 4)
  if (Array.isArray(value)) return Array.from({ length: times }, () => value).flat()
  return new Members(
    value.list.flatMap(({ key, value: inner }) => [
      { key, value: inner },
      { key: `${key}${times}`, value: inner },
    ]),
  )
}

function mixed(random: Random, value: Tree): Tree {
  if (value instanceof Raw || !isContainer(value)) return value
  return Array.isArray(value) ? [...shuffled(random, value)] : new Members([...shuffled(random, value.list)])
}
