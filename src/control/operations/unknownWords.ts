import { policyContent } from '../../civimail/policy/presets.ts'
import { errorCatalogue } from '../../errors/catalogue.ts'
import { GatewayError, isErrorCode } from '../../errors/gatewayError.ts'
import { isKnown } from '../../ses/kinds.ts'
import { knownKinds } from '../../ses/mailEvent.ts'
import type { OperationContext } from '../context.ts'

/*
 * Words of a filter that are likely mistyped: "nothing found" would read as an answer. They are refused only where
 * nothing fits: a kind that SES adds later, or a rule of an earlier policy, may well be in the ledger.
 */

/** @throws GatewayError COMMAND_USAGE where it is no kind of mail event that is known */
export function refuseUnknownKind(kind: string | undefined): void {
  if (kind === undefined || isKnown(kind)) return
  throw new GatewayError('COMMAND_USAGE', `"${kind}" is no kind of mail event; there are: ${knownKinds.join(', ')}`)
}

/** What a person drops is recorded with it: that is no dead letter. */
const droppedCode = 'RECORD_DROPPED'

/** @throws GatewayError COMMAND_USAGE where no notification can have died by it */
export function refuseUnknownCode(code: string | undefined): void {
  if (code === droppedCode)
    throw new GatewayError('COMMAND_USAGE', `"${code}" is no code of dead letters: what a person dropped is none`, {
      hint: 'See it, and put it through after all: civicrm-ses replay --dropped --dry-run.',
    })
  if (code === undefined || isErrorCode(code)) return
  const alike = Object.keys(errorCatalogue).filter(
    (one) => one === code.toUpperCase() || (one.startsWith(`RECORD_`) && one !== droppedCode),
  )
  throw new GatewayError(
    'COMMAND_USAGE',
    `"${code}" is no code; those of dead letters are, among others: ${alike.join(', ')}`,
  )
}

/** One that was removed may have left something. @throws GatewayError SITE_UNKNOWN */
export function refuseUnknownSite({ settings }: Pick<OperationContext, 'settings'>, site: string | undefined): void {
  if (site === undefined || settings.site(site) !== null) return
  throw new GatewayError('SITE_UNKNOWN', `nothing fits, and there is no site "${site}"`)
}

/** @throws GatewayError NOTHING_FOUND where no site's policy has such a rule */
export function refuseUnknownRule({ settings }: Pick<OperationContext, 'settings'>, rule: string | undefined): void {
  if (rule === undefined) return
  const rules = new Set(
    settings.sites().flatMap(({ policy }) => policyContent(policy).rules.map(({ rule: name }) => name)),
  )
  if (rules.has(rule)) return
  const there = rules.size === 0 ? 'there are none' : `there are: ${[...rules].toSorted().join(', ')}`
  throw new GatewayError('NOTHING_FOUND', `nothing fits, and no rule of any site's policy is named "${rule}"; ${there}`)
}
