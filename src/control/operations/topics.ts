import { z } from 'zod'
import { allowedTopicSchema, siteIdSchema } from '../../settings/site.ts'
import type { Confirmation } from '../../settings/settings.ts'
import { inEditTurn } from '../editTurn.ts'
import { operation } from '../operation.ts'
import { siteOrFail } from './sites.ts'

/** A confirmation as it may be shown: without token and raw body, which could confirm in a stranger's hands. */
export type ShownConfirmation = Omit<Confirmation, 'token' | 'raw'>

function shown({ token: _token, raw: _raw, ...rest }: Confirmation): ShownConfirmation {
  return rest
}

const topicInput = z.strictObject({ topic: allowedTopicSchema, site: siteIdSchema })

export const topicOperations = {
  'topics.list': operation({
    input: z.strictObject({}),
    writes: false,
    run: async (context) => ({
      allowed: context.settings.sites().flatMap((site) => site.topics.map((topic) => ({ site: site.id, topic }))),
      confirmations: (await context.settings.confirmations.list()).map(shown),
    }),
  }),

  'topics.allow': operation({
    input: topicInput,
    writes: true,
    run: async (context, { topic, site: id }) => {
      const added = await inEditTurn(context.settings, async () => {
        const site = siteOrFail(context, id)
        const isNew = !site.topics.includes(topic)
        if (isNew) await context.settings.saveSite({ ...site, topics: [...site.topics, topic] })
        return isNew
      })
      return { site: id, topic, added, confirmations: await context.allowTopic(topic, id) }
    },
  }),

  'topics.disallow': operation({
    input: topicInput,
    writes: true,
    run: async (context, { topic, site: id }) =>
      inEditTurn(context.settings, async () => {
        const site = siteOrFail(context, id)
        const removed = site.topics.includes(topic)
        if (removed) await context.settings.saveSite({ ...site, topics: site.topics.filter((one) => one !== topic) })
        return { site: id, topic, removed }
      }),
  }),
}
