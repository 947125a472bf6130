import type { Site } from '../../settings/site.ts'

/** One difference between what is stored and what a file asks for. */
export interface Difference {
  /** Dotted path of the setting. */
  readonly setting: string
  readonly from: unknown
  readonly to: unknown
}

export type SiteChange =
  | { readonly site: string; readonly change: 'add'; readonly to: Site; readonly differences: readonly Difference[] }
  | {
      readonly site: string
      readonly change: 'edit' | 'same'
      readonly to: Site
      readonly differences: readonly Difference[]
    }
  | { readonly site: string; readonly change: 'remove'; readonly differences: readonly Difference[] }

/** What `sites apply` would do; sites that the file does not name stay, unless `prune`. Pure. */
export function changesOf(stored: readonly Site[], wanted: readonly Site[], prune: boolean): readonly SiteChange[] {
  const byId = new Map(stored.map((site) => [site.id, site]))
  const changes: SiteChange[] = wanted.map((site) => {
    const before = byId.get(site.id)
    if (before === undefined) return { site: site.id, change: 'add', to: site, differences: [] }
    const differences = differencesOf(before, site)
    return { site: site.id, change: differences.length === 0 ? 'same' : 'edit', to: site, differences }
  })
  if (prune) {
    const named = new Set(wanted.map((site) => site.id))
    for (const site of stored) {
      if (!named.has(site.id)) changes.push({ site: site.id, change: 'remove', differences: [] })
    }
  }
  return changes
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
