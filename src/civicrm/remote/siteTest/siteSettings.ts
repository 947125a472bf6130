import { z } from 'zod'
import { type BounceTypes, bounceTypeNames } from '../../../civimail/bounceTypes.ts'
import type { MailSettings } from '../../../settings/site.ts'
import { api4 } from '../api4.ts'
import type { Connection } from '../connection.ts'
import { ok, warning } from './check.ts'
import type { SiteCheck } from './report.ts'

/**
 * What the gateway has to be told, since its own key may not read it in CiviCRM: with an administrator's
 * key it is compared here.
 */

const bounceTypeRow = z.object({ id: z.coerce.number(), name: z.string(), hold_threshold: z.coerce.number() })
export type FoundBounceType = z.output<typeof bounceTypeRow>

const mailSettingsRow = z.object({
  localpart: z.string().nullish(),
  domain: z.string().nullish(),
  return_path: z.string().nullish(),
})
export type FoundMailSettings = z.output<typeof mailSettingsRow>

export async function checkBounceTypes(connection: Connection, own: BounceTypes): Promise<SiteCheck> {
  const params = { select: ['id', 'name', 'hold_threshold'], where: [['id', '>', 0]] }
  const { rows } = await api4(connection, { entity: 'BounceType', action: 'get', params, row: bounceTypeRow })
  return compareBounceTypes(own, rows)
}

/** A wrong id is the worst: CiviCRM takes it without a word and never holds. */
export function compareBounceTypes(own: BounceTypes, found: readonly FoundBounceType[]): SiteCheck {
  const differences = bounceTypeNames.flatMap((name) => {
    const theirs = found.find((row) => row.name === name)
    const ours = own[name]
    if (theirs === undefined) return [`${name} is not there`]
    if (theirs.id !== ours.id) return [`${name} has id ${theirs.id}, not ${ours.id}`]
    if (theirs.hold_threshold !== ours.threshold)
      return [`${name} holds after ${theirs.hold_threshold}, not ${ours.threshold}`]
    return []
  })
  if (differences.length === 0) return ok('bounceTypes', "The bounce types are as the site's settings say.")
  return warning(
    'bounceTypes',
    `The bounce types differ from the site's settings: ${differences.join('; ')}.`,
    'Correct `bounceTypes` in the settings of the site (id and threshold of each).',
  )
}

export async function checkMailSettings(connection: Connection, own: MailSettings): Promise<SiteCheck> {
  const { rows } = await api4(connection, {
    entity: 'MailSettings',
    action: 'get',
    params: { select: ['localpart', 'domain', 'return_path'], where: [['is_default', '=', true]] },
    row: mailSettingsRow,
  })
  const separators = await api4(connection, {
    entity: 'Setting',
    action: 'get',
    // The one entity whose get knows no `where`.
    params: { select: ['verpSeparator'] },
    row: z.object({ name: z.string(), value: z.unknown() }),
  })
  const separator = separators.rows.find(({ name }) => name === 'verpSeparator')?.value
  const text = typeof separator === 'string' && separator !== '' ? separator : '.'
  return compareMailSettings(own, rows, text)
}

/** One row for each of CiviCRM's domains; the settings fit if they fit all. */
export function compareMailSettings(
  own: MailSettings,
  found: readonly FoundMailSettings[],
  separator: string,
): SiteCheck {
  const addresses = found.flatMap((row) => {
    const localpart = row.localpart ?? ''
    const domain = (row.domain ?? '').toLowerCase()
    return [
      ...(own.localpart === localpart ? [] : [`localpart is '${localpart}'`]),
      ...(own.domains.includes(domain) ? [] : [`domain is '${domain}'`]),
    ]
  })
  const differences = [...addresses, ...(own.separator === separator ? [] : [`separator is '${separator}'`])]
  if (differences.length > 0)
    return warning(
      'mailSettings',
      `CiviCRM's addresses for bounces differ from the site's settings: ${differences.join('; ')}.`,
      'Correct `mail` in the settings of the site: with another localpart, separator or domain the mailing is not recognised.',
    )
  const fixed = found.find((row) => (row.return_path ?? '') !== '')?.return_path
  return ok(
    'mailSettings',
    "CiviCRM's addresses for bounces are as the site's settings say.",
    fixed === undefined
      ? null
      : `The return path is fixed (${fixed}): only the header X-CiviMail-Bounce names the mailing, so let SES include original headers.`,
  )
}
