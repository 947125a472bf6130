import { z } from 'zod'
import { api4 } from '../api4.ts'
import type { Connection } from '../connection.ts'
import { ok, warning } from './check.ts'
import type { SiteCheck } from './report.ts'

/**
 * Whatever else records SES's feedback in the same CiviCRM counts every bounce twice, and an address is
 * on hold after two instead of three.
 */

/** Extensions that take feedback of SES, by key. */
export const feedbackExtensions: Readonly<Record<string, string>> = {
  ses: 'Amazon SES Bounce/Complaint Handler',
  aws: 'CiviCRM AWS Integration',
  'com.aghstrategies.airmail': 'AirMail',
  'de.systopia.amazonbounceapi': 'Amazon Bounce API',
}

export async function checkOtherHandlers(connection: Connection): Promise<SiteCheck> {
  const params = {
    select: ['key', 'status'],
    where: [
      ['key', 'IN', Object.keys(feedbackExtensions)],
      ['status', '=', 'installed'],
    ],
  }
  const row = z.object({ key: z.string(), status: z.string() })
  const { rows } = await api4(connection, { entity: 'Extension', action: 'get', params, row })
  const enabled = rows.flatMap(({ key, status }) => {
    const name = feedbackExtensions[key]
    return name !== undefined && status === 'installed' ? [`${name} (${key})`] : []
  })
  if (enabled.length === 0) return ok('otherHandlers', "No other extension that records SES's feedback is enabled.")
  return warning(
    'otherHandlers',
    `Also enabled in CiviCRM: ${enabled.join(', ')}. If its address is still subscribed to the topics, everything is counted twice.`,
    'Remove its subscriptions in SNS, or disable it; until then keep the site in mode `watch`.',
  )
}

const mailboxRow = z.object({
  name: z.string().nullish(),
  server: z.string().nullish(),
  domain: z.string().nullish(),
})
const jobRow = z.object({ api_action: z.string().nullish(), is_active: z.unknown() })

/** SES also sends its feedback by e-mail to the return path; CiviCRM's own job would read it there. */
export async function checkBounceMailbox(connection: Connection): Promise<SiteCheck> {
  const [mailboxes, jobs] = [
    await api4(connection, {
      entity: 'MailSettings',
      action: 'get',
      params: { select: ['name', 'server', 'domain'], where: [['is_default', '=', true]] },
      row: mailboxRow,
    }),
    await api4(connection, {
      entity: 'Job',
      action: 'get',
      params: {
        select: ['api_action', 'is_active'],
        where: [['api_action', 'IN', ['fetch_bounces', 'update_email_resetdate']]],
      },
      row: jobRow,
    }),
  ]
  const active = jobs.rows.flatMap(({ api_action: action, is_active: on }) =>
    (on === true || Number(on) === 1) && typeof action === 'string' ? [action] : [],
  )
  return judgeMailbox(
    mailboxes.rows.flatMap(({ server }) => (server === null || server === undefined || server === '' ? [] : [server])),
    active,
  )
}

/**
 * @param servers where the default mail account reads its mail
 * @param jobs names of the scheduled jobs that are on
 */
export function judgeMailbox(servers: readonly string[], jobs: readonly string[]): SiteCheck {
  if (jobs.includes('fetch_bounces') && servers.length > 0)
    return warning(
      'bounceMailbox',
      `CiviCRM's scheduled job "Fetch Bounces" reads a mailbox at ${servers.join(', ')}. If SES forwards its feedback there, everything is counted twice.`,
      "Switch off SES's e-mail feedback forwarding for the identity, or that job.",
    )
  if (jobs.includes('update_email_resetdate'))
    return warning(
      'bounceMailbox',
      'CiviCRM\'s scheduled job "Validate Email Address from Mailings" is on: it releases addresses that are on hold without a bounce, ' +
        'as the gateway holds them for transactional mail.',
      'Switch that job off, or accept that such holds end by themselves.',
    )
  return ok('bounceMailbox', 'CiviCRM does not read bounces from a mailbox of its own.')
}
