import { readFile } from 'node:fs/promises'
import { Agent, request } from 'undici'
import { messageOf } from '../../errors/gatewayError.ts'
import { type Channel, sendTimeoutMs } from './channel.ts'

export interface WebhookSettings {
  readonly name: string
  readonly url: string
  /** File with a token that is sent as `Authorization: Bearer`; read for each message, so that it can be renewed. */
  readonly tokenFile: string | null
}

/**
 * Posts the message as JSON; `text` is where Slack, Mattermost and Rocket.Chat look. Any 2xx counts as taken.
 * Redirects are not followed: the address was configured, and the token is meant for it alone.
 */
export function webhookChannel({ name, url, tokenFile }: WebhookSettings): Channel {
  return {
    name,
    async send(message, signal) {
      const { subject, text, alarms, at, leftOut, test } = message
      const token = tokenFile === null ? null : (await readFile(tokenFile, 'utf8')).trim()
      // Of its own for each message, which are few: nothing stays open.
      const agent = new Agent({ connect: { timeout: 10_000 } })
      try {
        const { statusCode, body } = await request(url, {
          dispatcher: agent,
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'user-agent': 'civicrm-ses',
            ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          },
          body: JSON.stringify({ text: `*${subject}*\n${text}`, subject, at, alarms, leftOut, test }),
          signal,
          headersTimeout: sendTimeoutMs,
          bodyTimeout: sendTimeoutMs,
        })
        await body.dump({ limit: 64 * 1024 })
        if (statusCode < 200 || statusCode > 299) throw new Error(`the webhook answered ${statusCode}`)
      } catch (error: unknown) {
        // Chat services put the secret into the address: it is not part of any error's text.
        throw new Error(messageOf(error).replaceAll(url, '(its address)'), { cause: error })
      } finally {
        await agent.destroy()
      }
    },
  }
}
