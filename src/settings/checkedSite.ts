import { GatewayError, messageOf } from '../errors/gatewayError.ts'
import { type Site, storedSiteSchema } from './site.ts'

/**
 * A site as the schema has it, when it is written and when it is read.
 * @throws GatewayError SITE_INVALID: one that cannot be read must not look like one that is not there
 */
export function checkedSite(what: string, read: () => unknown): Site {
  try {
    return storedSiteSchema.parse(read())
  } catch (error: unknown) {
    throw new GatewayError('SITE_INVALID', `${what} does not fit: ${messageOf(error)}`, { cause: error })
  }
}

interface SiteRow {
  readonly id: string
  readonly settings: string
}

/** Rows of the table of sites, in their order. @throws GatewayError SITE_INVALID */
export function sitesOf(rows: readonly SiteRow[]): ReadonlyMap<string, Site> {
  return new Map(rows.map((row) => [row.id, siteOf(row)]))
}

/** @throws GatewayError SITE_INVALID */
export function siteOf({ id, settings }: SiteRow): Site {
  return checkedSite(`the stored site "${id}"`, () => JSON.parse(settings))
}
