import type { SnsReach } from '../../src/compose/snsParts.ts'

/**
 * Answers in SNS's place, so that nothing leaves this machine: no credential, and for the link every second
 * time what SNS says of a token that is too old, else a confirmation.
 */
export function nobodyAtSns(): SnsReach {
  let asked = 0
  return {
    api: async () => ({
      confirm: async () => {
        throw Object.assign(new Error('there is no credential'), { name: 'CredentialsProviderError' })
      },
      close: () => undefined,
    }),
    queues: async () => {
      throw new Error('there is no queue')
    },
    get: async (url) => {
      asked += 1
      const topicArn = new URL(url).searchParams.get('TopicArn') ?? ''
      return asked % 2 === 0
        ? { ok: true, status: 400, body: Buffer.from('<Code>InvalidParameter</Code>') }
        : { ok: true, status: 200, body: Buffer.from(`<SubscriptionArn>${topicArn}:1</SubscriptionArn>`) }
    },
  }
}
