import { z } from 'zod'
import { GatewayError } from '../../errors/gatewayError.ts'
import { acceptFrom } from '../../ingest/sqs/acceptFrom.ts'
import { faultText } from '../../ingest/sqs/faultText.ts'
import type { QueueFacts } from '../../ingest/sqs/queue.ts'
import { withoutLinks } from '../../privacy/withoutLinks.ts'
import { mostRefused } from '../../refused/refusedMessages.ts'
import { queueArnSchema, queueSchema } from '../../settings/queue.ts'
import { parseQueueArn } from '../../settings/queueArn.ts'
import type { OperationContext } from '../context.ts'
import { operation } from '../operation.ts'
import { siteOrFail } from './sites.ts'

const ids = z.array(z.int().min(1)).max(mostRefused)

export const queueOperations = {
  'queues.list': operation({
    input: z.strictObject({}),
    writes: false,
    run: async ({ settings, queues, refused }) => {
      const standings = queues.standings?.() ?? []
      return {
        queues: settings.queues().map((queue) => ({
          ...queue,
          standing: standings.find(({ arn }) => arn === queue.arn) ?? null,
        })),
        refusedKept: await refused.count(),
      }
    },
  }),

  'queues.add': operation({
    input: queueSchema,
    writes: true,
    // One for a site would be refused.
    begins: ({ site }) => site === null,
    run: async (context, queue) => {
      if (queue.site !== null) siteOrFail(context, queue.site)
      const before = context.settings.queues().find(({ arn }) => arn === queue.arn)
      await context.settings.saveQueue(queue)
      const change = before === undefined ? 'added' : before.site === queue.site ? 'same' : 'changed'
      return { ...queue, change, ...(await tryReading(context, queue.arn)) }
    },
  }),

  'queues.remove': operation({
    input: z.strictObject({ arn: queueArnSchema }),
    writes: true,
    run: async ({ settings }, { arn }) => {
      if (!(await settings.removeQueue(arn))) throw new GatewayError('QUEUE_UNKNOWN', `"${arn}" is not read`)
      return { removed: arn }
    },
  }),

  'queues.drain': operation({
    input: z.strictObject({
      arn: queueArnSchema,
      site: z.string().nullable().default(null),
      limit: z.int().min(1).nullable(),
      dryRun: z.boolean(),
    }),
    writes: true,
    run: async (context, request, { signal, progress }) => {
      if (request.site !== null) siteOrFail(context, request.site)
      return context.queues.drain(request, {
        signal,
        onProgress: ({ received, stored }) => progress(`${received} received, ${stored} stored …`),
      })
    },
  }),

  'queues.refused': operation({
    input: z.strictObject({ queue: queueArnSchema.optional(), limit: z.int().min(1).max(mostRefused) }),
    writes: false,
    run: async ({ refused, settings }, filter) => {
      const found = await refused.list(filter)
      const isRead = settings.queues().some(({ arn }) => arn === filter.queue)
      if (found.length === 0 && filter.queue !== undefined && !isRead)
        throw new GatewayError('QUEUE_UNKNOWN', `nothing is kept of "${filter.queue}", which is not read`)
      return {
        total: await refused.count(),
        messages: found.map(({ body, ...rest }) => ({
          ...rest,
          body: withoutLinks(Buffer.from(body).toString('utf8')),
        })),
      }
    },
  }),

  'queues.retry': operation({
    /** None: all. */
    input: z.strictObject({ ids: ids.optional() }),
    writes: true,
    run: async ({ refused, acceptor }, filter) => {
      const outcomes = []
      for (const { id, addressed, body } of await keptOnes(refused, filter.ids)) {
        const accept = acceptFrom({ site: addressed === '' ? null : addressed }, acceptor)
        const acceptance = await accept({ body: Buffer.from(body).toString('utf8') })
        // It is on disk in the inbox: only now is it no longer kept here.
        if (acceptance.outcome !== 'refused') await refused.remove([id])
        outcomes.push({ id, ...acceptance })
      }
      return outcomes
    },
  }),

  'queues.discard': operation({
    /** None: all. */
    input: z.strictObject({ ids: ids.optional() }),
    writes: true,
    run: async ({ refused }, filter) => {
      const found = await keptOnes(refused, filter.ids)
      return { discarded: await refused.remove(found.map(({ id }) => id)) }
    },
  }),
}

/** Those that are named, or all. @throws GatewayError NOTHING_FOUND where one of them is not kept: nothing is done then */
async function keptOnes(
  refused: OperationContext['refused'],
  named: readonly number[] | undefined,
): Promise<Awaited<ReturnType<OperationContext['refused']['list']>>> {
  const found = await refused.list({ ids: named, limit: mostRefused })
  const missing = (named ?? []).filter((id) => !found.some((one) => one.id === id))
  if (missing.length > 0)
    throw new GatewayError('NOTHING_FOUND', `no refused message is kept by the id ${missing.join(', ')}`, {
      hint: 'See those that are: civicrm-ses queues refused. Nothing was changed.',
    })
  return found
}

/** What SQS says of it now, so that whoever adds a queue learns at once what is missing. */
async function tryReading(
  { queues }: OperationContext,
  text: string,
): Promise<{ readonly error: string | null; readonly facts: QueueFacts | null }> {
  const arn = parseQueueArn(text)
  if (arn === null) return { error: null, facts: null }
  const { signal } = new AbortController()
  try {
    const queue = await queues.open(arn, signal)
    try {
      return { error: null, facts: await queue.facts(signal) }
    } finally {
      queue.close()
    }
  } catch (error: unknown) {
    return { error: faultText(error), facts: null }
  }
}
