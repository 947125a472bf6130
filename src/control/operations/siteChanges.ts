/** One difference between what is stored and what a file asks for. */
export interface Difference {
  /** Dotted path of the setting. */
  readonly setting: string
  readonly from: unknown
  readonly to: unknown
}

/** Of one item (a site, a queue), by what it is known by. */
export type Change<Item> =
  | {
      readonly key: string
      readonly change: 'add' | 'edit' | 'same'
      readonly to: Item
      readonly differences: readonly Difference[]
    }
  | { readonly key: string; readonly change: 'remove'; readonly differences: readonly Difference[] }

export interface Comparison<Item> {
  readonly stored: readonly Item[]
  readonly wanted: readonly Item[]
  readonly keyOf: (item: Item) => string
  /** Whether what the file does not name goes. */
  readonly prune: boolean
}

/** What `sites apply` would do. Pure. */
export function changesOf<Item>({ stored, wanted, keyOf, prune }: Comparison<Item>): readonly Change<Item>[] {
  const byKey = new Map(stored.map((item) => [keyOf(item), item]))
  const changes: Change<Item>[] = wanted.map((item) => {
    const key = keyOf(item)
    const before = byKey.get(key)
    if (before === undefined) return { key, change: 'add', to: item, differences: [] }
    const differences = differencesOf(before, item)
    return { key, change: differences.length === 0 ? 'same' : 'edit', to: item, differences }
  })
  if (!prune) return changes
  const named = new Set(wanted.map(keyOf))
  const left = [...byKey.keys()].filter((key) => !named.has(key))
  return [...changes, ...left.map((key) => ({ key, change: 'remove' as const, differences: [] }))]
}

/** Leaf by leaf, so that a person reviews settings and not JSON. Arrays count as one leaf. */
export function differencesOf(before: unknown, after: unknown, setting = ''): readonly Difference[] {
  if (isRecord(before) && isRecord(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)])
    return [...keys].flatMap((key) =>
      differencesOf(before[key], after[key], setting === '' ? key : `${setting}.${key}`),
    )
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ setting, from: before, to: after }]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
