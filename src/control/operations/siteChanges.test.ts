import { expect, it } from 'vitest'
import { changesOf } from './siteChanges.ts'

interface Item {
  readonly id: string
  readonly mode: string
  readonly more?: { readonly topics: readonly string[] }
}

const stored: readonly Item[] = [
  { id: 'same', mode: 'record', more: { topics: ['a'] } },
  { id: 'other', mode: 'record', more: { topics: ['a'] } },
  { id: 'left', mode: 'record' },
]
const wanted: readonly Item[] = [
  { id: 'other', mode: 'watch', more: { topics: ['a', 'b'] } },
  { id: 'same', mode: 'record', more: { topics: ['a'] } },
  { id: 'new', mode: 'record' },
]
const keyOf = ({ id }: Item): string => id

it('what a file asks for is compared leaf by leaf, in the order of the file', () => {
  expect(changesOf({ stored, wanted, keyOf, prune: false })).toEqual([
    {
      key: 'other',
      change: 'edit',
      to: wanted[0],
      differences: [
        { setting: 'mode', from: 'record', to: 'watch' },
        { setting: 'more.topics', from: ['a'], to: ['a', 'b'] },
      ],
    },
    { key: 'same', change: 'same', to: wanted[1], differences: [] },
    { key: 'new', change: 'add', to: wanted[2], differences: [] },
  ])
})

it('what it does not name goes only where it is to be pruned', () => {
  const pruned = changesOf({ stored, wanted, keyOf, prune: true })
  expect(pruned).toHaveLength(4)
  expect(pruned.at(-1)).toEqual({ key: 'left', change: 'remove', differences: [] })
})
