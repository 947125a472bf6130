import { errorCatalogue } from '../../../errors/catalogue.ts'
import { CrmError } from '../../crm.ts'
import { crmErrorCodes } from '../../errorCode.ts'
import type { CheckName, SiteCheck } from './report.ts'

export function ok(check: CheckName, says: string, advice: string | null = null): SiteCheck {
  return { check, result: 'ok', says, advice }
}

export function warning(check: CheckName, says: string, advice: string): SiteCheck {
  return { check, result: 'warning', says, advice }
}

export function failed(check: CheckName, says: string, advice: string): SiteCheck {
  return { check, result: 'failed', says, advice }
}

export function unknown(check: CheckName, says: string, advice: string | null = null): SiteCheck {
  return { check, result: 'unknown', says, advice }
}

export function missing(check: CheckName, permission: string, for_: string): SiteCheck {
  return failed(
    check,
    `The permission '${permission}' is missing; ${for_} needs it.`,
    `Give '${permission}' to the role of the gateway's user.`,
  )
}

/** Any failure of a request that no check has an own word for. */
export function failedBy(check: CheckName, error: CrmError): SiteCheck {
  return failed(check, `${error.message}.`, errorCatalogue[crmErrorCodes[error.kind]].hint)
}

/** Runs one check; a failed request is its result, not the end of the test. */
export async function tried(check: CheckName, work: () => Promise<SiteCheck>): Promise<SiteCheck> {
  try {
    return await work()
  } catch (error: unknown) {
    if (error instanceof CrmError) return failedBy(check, error)
    throw error
  }
}

/** As {@link tried}, for what recording does not need: not to be seen is not to be broken. */
export async function looked(check: CheckName, work: () => Promise<SiteCheck>): Promise<SiteCheck> {
  const result = await tried(check, work)
  return result.result === 'failed' ? { ...result, result: 'unknown' } : result
}

/** Whether a request succeeds; null for "not permitted", anything else is thrown. */
export async function permitted<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch (error: unknown) {
    if (error instanceof CrmError && error.kind === 'permission') return null
    throw error
  }
}
