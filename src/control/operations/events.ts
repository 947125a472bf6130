import { z } from 'zod'
import { GatewayError } from '../../errors/gatewayError.ts'
import type { LedgerEffect, RecordedEvent } from '../../ledger/ledger.ts'
import { withoutLinks } from '../../privacy/withoutLinks.ts'
import { siteIdSchema } from '../../settings/site.ts'
import type { UndoneEffect } from '../../undo/undoStore.ts'
import type { OperationContext } from '../context.ts'
import { operation } from '../operation.ts'
import { refuseUnknownKind, refuseUnknownSite } from './unknownWords.ts'

const text = z.string().min(1).max(320)

/** A mail event, and of each of its effects whether it was taken back. */
export interface ShownEvent extends Omit<RecordedEvent, 'effects'> {
  readonly effects: readonly (LedgerEffect & { readonly undone: UndoneEffect | null })[]
}

async function withUndone(
  { undos }: Pick<OperationContext, 'undos'>,
  events: readonly RecordedEvent[],
): Promise<readonly ShownEvent[]> {
  const undone = await undos.find(events.flatMap(({ effects }) => effects.map(({ id }) => id)))
  return events.map(({ effects, ...event }) => ({
    ...event,
    effects: effects.map((effect) => ({ ...effect, undone: undone.get(effect.id) ?? null })),
  }))
}

export const eventOperations = {
  'events.search': operation({
    input: z.strictObject({
      site: siteIdSchema.optional(),
      recipient: text.optional(),
      kind: text.optional(),
      standing: z.enum(['effective', 'none', 'possible', 'foreign', 'person']).optional(),
      effectState: z.enum(['planned', 'calling', 'done', 'refused', 'watched', 'uncertain']).optional(),
      since: z.int().optional(),
      before: z.int().optional(),
      limit: z.int().min(1).max(1000).default(50),
    }),
    writes: false,
    run: async (context, filter) => {
      const found = await context.ledger.search(filter)
      if (found.length === 0) {
        refuseUnknownKind(filter.kind)
        refuseUnknownSite(context, filter.site)
      }
      return withUndone(context, found)
    },
  }),

  /** The way of one notification: what arrived, and what became of each mail event in it. */
  'events.notification': operation({
    input: z.strictObject({ id: z.int().min(1) }),
    writes: false,
    run: async (context, { id }) => {
      const stored = await context.inbox.read(id)
      if (stored === null)
        throw new GatewayError('NOTHING_FOUND', `there is no notification ${id}, or its message is no longer kept`)
      const { raw, ...rest } = stored
      return { ...rest, body: withoutLinks(new TextDecoder().decode(raw)) }
    },
  }),
}
