import { z } from 'zod'
import { GatewayError } from '../../errors/gatewayError.ts'
import { secretNames } from '../../settings/settings.ts'
import { type Site, siteIdSchema, siteModes, siteSchema } from '../../settings/site.ts'
import type { OperationContext } from '../context.ts'
import type { LaneStanding } from '../laneStanding.ts'
import { operation } from '../operation.ts'
import { changesOf } from './siteChanges.ts'

/** A site as commands show it: never a secret, only whether there is one. */
export interface ShownSite extends Site {
  readonly hasApiKey: boolean
  readonly hasSiteKey: boolean
}

/** One site, with how it fares. */
export interface WatchedSite extends ShownSite {
  /** null where no gateway runs, or another instance works on it. */
  readonly lane: LaneStanding | null
}

const idInput = z.strictObject({ id: siteIdSchema })

/** @throws GatewayError SITE_UNKNOWN */
export function siteOrFail(context: OperationContext, id: string): Site {
  const site = context.settings.site(id)
  if (site === null) throw new GatewayError('SITE_UNKNOWN', `there is no site "${id}"`)
  return site
}

function shown(context: OperationContext, site: Site): ShownSite {
  return {
    ...site,
    hasApiKey: context.settings.hasSecret(site.id, 'apiKey'),
    hasSiteKey: context.settings.hasSecret(site.id, 'siteKey'),
  }
}

export const siteOperations = {
  'sites.list': operation({
    input: z.strictObject({}),
    writes: false,
    run: (context) => context.settings.sites().map((site) => shown(context, site)),
  }),

  'sites.show': operation({
    input: idInput,
    writes: false,
    run: (context, { id }): WatchedSite => ({
      ...shown(context, siteOrFail(context, id)),
      lane: context.lanes?.().find(({ site }) => site === id) ?? null,
    }),
  }),

  'sites.save': operation({
    input: z.strictObject({
      site: siteSchema,
      create: z.boolean(),
      secrets: z.partialRecord(z.enum(secretNames), z.string().min(1).nullable()).default({}),
    }),
    writes: true,
    run: async (context, { site, create, secrets }) => {
      const exists = context.settings.site(site.id) !== null
      if (create && exists) {
        throw new GatewayError('SITE_EXISTS', `there is a site "${site.id}" already`)
      }
      await context.settings.saveSite(site)
      for (const name of secretNames) {
        const value = secrets[name]
        if (value !== undefined) await context.settings.saveSecret(site.id, name, value)
      }
      return shown(context, site)
    },
  }),

  'sites.mode': operation({
    input: z.strictObject({ id: siteIdSchema, mode: z.enum(siteModes) }),
    writes: true,
    run: async (context, { id, mode }) => {
      const site = { ...siteOrFail(context, id), mode }
      await context.settings.saveSite(site)
      return shown(context, site)
    },
  }),

  'sites.remove': operation({
    input: idInput,
    writes: true,
    run: async (context, { id }) => {
      siteOrFail(context, id)
      const waiting = (await context.inbox.backlog()).find((lane) => lane.site === id)?.waiting ?? 0
      await context.settings.removeSite(id)
      return { removed: id, waitingKept: waiting }
    },
  }),

  'sites.test': operation({
    input: idInput,
    // Reads only, but the credential may be in use by the running gateway's key: any process can do it.
    writes: false,
    run: async (context, { id }) => context.testSite(siteOrFail(context, id)),
  }),

  'sites.apply': operation({
    input: z.strictObject({ sites: z.array(siteSchema), dryRun: z.boolean(), prune: z.boolean().default(false) }),
    writes: true,
    run: async (context, { sites, dryRun, prune }) => {
      const changes = changesOf(context.settings.sites(), sites, prune)
      if (!dryRun) {
        for (const change of changes) {
          if (change.change === 'remove') await context.settings.removeSite(change.site)
          else if (change.change !== 'same') await context.settings.saveSite(change.to)
        }
      }
      return changes.map(({ site, change, differences }) => ({ site, change, differences }))
    },
  }),
}
