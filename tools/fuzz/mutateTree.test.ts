import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/simulator/random.ts'
import { mutateTree } from './mutateTree.ts'
import { escaping, type Container, isContainer, Members, parseTree, Raw, writeTree } from './tree.ts'

const record = JSON.stringify({
  eventType: 'Bounce',
  bounce: { bounceType: 'Permanent', bouncedRecipients: [{ emailAddress: 'a@example.org', status: '5.1.1' }] },
  mail: { messageId: '1', timestamp: '2026-11-24T12:00:00.000Z', headers: [{ name: 'To', value: 'a@example.org' }] },
})

function topOf(json: string): Container {
  const tree = parseTree(json)
  if (!isContainer(tree)) throw new Error('no container')
  return tree
}

function mutated(seed: number): string {
  const top = topOf(record)
  mutateTree(seededRandom(seed), top, { addresses: ['b@example.org'] })
  return writeTree(top)
}

describe('a tree', () => {
  it('is written as it was read', () => {
    expect(writeTree(parseTree(record))).toBe(record)
    expect(JSON.parse(writeTree(parseTree(record), escaping))).toEqual(JSON.parse(record))
    expect(writeTree(parseTree(record), escaping)).not.toContain('Bounce')
  })

  it('can say what JSON.stringify cannot', () => {
    const tree = new Members([
      { key: 'a', value: new Raw('1e999') },
      { key: 'a', value: '\uD800' },
      { key: '__proto__', value: [] },
    ])
    expect(writeTree(tree)).toBe('{"a":1e999,"a":"\\ud800","__proto__":[]}')
  })
})

describe('mutations', () => {
  it('are the same for the same seed', () => {
    expect(mutated(4)).toBe(mutated(4))
  })

  it('mostly change something, and leave it JSON', () => {
    const texts = Array.from({ length: 300 }, (_, seed) => mutated(seed))
    expect(texts.filter((text) => text !== record).length).toBeGreaterThan(240)
    for (const text of texts) expect(() => JSON.parse(text) as unknown).not.toThrow()
  })

  it('meet every part, from the kind to a header', () => {
    const texts = Array.from({ length: 300 }, (_, seed) => mutated(seed))
    const parts = [
      '"eventType":"Bounce"',
      '"bounceType":"Permanent"',
      '"emailAddress":"a@',
      '"value":"a@',
      '"messageId":"1"',
    ]
    expect(parts.filter((part) => texts.every((text) => text.includes(part)))).toEqual([])
  })
})
