import { applyRisks, type KeyedSite } from '../config/applyRisks.ts'
import type { OutputOf } from '../control/call.ts'
import type { ShownSite } from '../control/operations/sites.ts'
import type { Site } from '../settings/site.ts'
import type { CommandContext } from './context.ts'

export interface AppliedSites {
  readonly before: readonly ShownSite[]
  /** Of the file. */
  readonly wanted: readonly Site[]
  readonly changes: OutputOf<'sites.apply'>
}

/** Says on standard error what is risky in the sites that a file changes, in a dry run too. */
export function warnOfChanges({ io }: Pick<CommandContext, 'io'>, applied: AppliedSites): void {
  const changed = new Set(idsOf(applied.changes, ['add', 'edit']))
  for (const { about, message } of applyRisks({ before: applied.before, after: sitesAfter(applied), changed }))
    io.err(`Warning: ${about}: ${message}.\n`)
}

/** As they are once the changes are made; a site that comes has no key yet. */
function sitesAfter({ before, wanted, changes }: AppliedSites): readonly KeyedSite[] {
  const gone = new Set(idsOf(changes, ['remove']))
  const keyed = new Set(before.filter(({ hasApiKey }) => hasApiKey).map(({ id }) => id))
  const named = new Set(wanted.map(({ id }) => id))
  const left = before.filter(({ id }) => !gone.has(id) && !named.has(id))
  return [...left, ...wanted.map((site) => ({ ...site, hasApiKey: keyed.has(site.id) }))]
}

function idsOf(changes: AppliedSites['changes'], kinds: readonly string[]): readonly string[] {
  return changes.flatMap((one) => ('site' in one && kinds.includes(one.change) ? [one.site] : []))
}
