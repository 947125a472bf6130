import { z } from 'zod'
import { GatewayError } from '../../errors/gatewayError.ts'
import { type QueueSettings, queueSchema } from '../../settings/queue.ts'
import { secretMistake } from '../../settings/secretText.ts'
import { secretNames } from '../../settings/settings.ts'
import { type Site, siteIdSchema, siteModes, siteSchema } from '../../settings/site.ts'
import type { OperationContext } from '../context.ts'
import { inEditTurn } from '../editTurn.ts'
import type { LaneStanding } from '../laneStanding.ts'
import { operation } from '../operation.ts'
import { type Change, changesOf } from './siteChanges.ts'

const secretSchema = z
  .string()
  .min(1)
  .refine((text) => secretMistake(text) === null, { error: ({ input }) => `it ${secretMistake(String(input)) ?? ''}` })

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

/** Whether the site is left alone at the moment, or only tried. */
function isAtFault({ lanes }: OperationContext, id: string): boolean {
  return lanes?.().some(({ site, fault }) => site === id && fault !== null) ?? false
}

/** Whether this process calls it at once now. */
function resumes({ resumeSite }: OperationContext, id: string): boolean {
  return resumeSite?.(id) ?? false
}

/** Ids of the sites that are there when the changes are made. */
function sitesAfter(stored: readonly Site[], changes: readonly Change<Site>[]): ReadonlySet<string> {
  const removed = new Set(changes.flatMap(({ key, change }) => (change === 'remove' ? [key] : [])))
  const ids = [...stored.map(({ id }) => id), ...changes.map(({ key }) => key)]
  return new Set(ids.filter((id) => !removed.has(id)))
}

/** Before anything is changed. @throws GatewayError SITE_UNKNOWN */
function requireSites(queues: readonly QueueSettings[], ids: ReadonlySet<string>): void {
  for (const { arn, site } of queues)
    if (site !== null && !ids.has(site))
      throw new GatewayError('SITE_UNKNOWN', `the queue ${arn} is for the site "${site}", which is not there`)
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
      secrets: z.partialRecord(z.enum(secretNames), secretSchema.nullable()).default({}),
    }),
    writes: true,
    begins: () => true,
    run: async (context, { site, create, secrets }) =>
      inEditTurn(context.settings, async () => {
        const exists = context.settings.site(site.id) !== null
        if (create && exists) {
          throw new GatewayError('SITE_EXISTS', `there is a site "${site.id}" already`)
        }
        await context.settings.saveSite(site, secrets)
        return shown(context, site)
      }),
  }),

  'sites.mode': operation({
    input: z.strictObject({ id: siteIdSchema, mode: z.enum(siteModes) }),
    writes: true,
    run: async (context, { id, mode }) =>
      inEditTurn(context.settings, async () => {
        const site = { ...siteOrFail(context, id), mode }
        await context.settings.saveSite(site)
        return shown(context, site)
      }),
  }),

  'sites.remove': operation({
    input: idInput,
    writes: true,
    run: async (context, { id }) =>
      inEditTurn(context.settings, async () => {
        siteOrFail(context, id)
        const waiting = (await context.inbox.backlog()).find((lane) => lane.site === id)?.waiting ?? 0
        await context.settings.removeSite(id)
        return { removed: id, waitingKept: waiting }
      }),
  }),

  'sites.test': operation({
    input: idInput,
    // Reads only, but the credential may be in use by the running gateway's key: any process can do it.
    writes: false,
    run: async (context, { id }) => {
      const site = siteOrFail(context, id)
      const report = await context.testSite(site)
      // Whoever tests it after a repair need not wait for the gateway's own next try.
      const resumed = report.ok && site.mode !== 'paused' && isAtFault(context, id) && resumes(context, id)
      return { ...report, resumed }
    },
  }),

  'sites.resume': operation({
    input: idInput,
    writes: true,
    run: async (context, { id }) => {
      if (siteOrFail(context, id).mode === 'paused') throw new GatewayError('SITE_PAUSED', `the site "${id}" is paused`)
      const resumed = resumes(context, id)
      // A lane makes it due itself, after it has forgotten what was to wait.
      if (!resumed) await context.inbox.hasten(id, context.clock.now())
      return { id, resumed, running: context.resumeSite !== null }
    },
  }),

  'sites.apply': operation({
    input: z.strictObject({
      sites: z.array(siteSchema),
      queues: z.array(queueSchema).optional(),
      dryRun: z.boolean(),
      prune: z.boolean().default(false),
    }),
    writes: true,
    begins: ({ dryRun }) => !dryRun,
    run: async ({ settings }, request) => inEditTurn(settings, async () => apply(settings, request)),
  }),
}

interface ApplyRequest {
  readonly sites: readonly Site[]
  readonly queues?: readonly QueueSettings[] | undefined
  readonly dryRun: boolean
  /** Whether what is not named goes. */
  readonly prune: boolean
}

type Applied = Pick<Change<unknown>, 'change' | 'differences'>

async function apply(
  settings: OperationContext['settings'],
  { sites: wanted, queues: wantedQueues, dryRun, prune }: ApplyRequest,
): Promise<readonly (Applied & ({ readonly site: string } | { readonly queue: string }))[]> {
  const sites = changesOf({ stored: settings.sites(), wanted, keyOf: ({ id }) => id, prune })
  const stored = settings.queues()
  const queues =
    wantedQueues === undefined ? [] : changesOf({ stored, wanted: wantedQueues, keyOf: ({ arn }) => arn, prune })
  requireSites(wantedQueues ?? [], sitesAfter(settings.sites(), sites))
  if (!dryRun) {
    for (const change of sites) {
      if (change.change === 'remove') await settings.removeSite(change.key)
      else if (change.change !== 'same') await settings.saveSite(change.to)
    }
    for (const change of queues) {
      if (change.change === 'remove') await settings.removeQueue(change.key)
      else if (change.change !== 'same') await settings.saveQueue(change.to)
    }
  }
  return [
    ...sites.map(({ key, change, differences }) => ({ site: key, change, differences })),
    ...queues.map(({ key, change, differences }) => ({ queue: key, change, differences })),
  ]
}
