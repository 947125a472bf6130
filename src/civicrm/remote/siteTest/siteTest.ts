import type { Clock } from '../../../clock.ts'
import type { RemoteCrmSettings, Site } from '../../../settings/site.ts'
import { Connection, type Credential } from '../connection.ts'
import { checkAccess, checkAdministrator } from './access.ts'
import { looked, ok, tried, unknown } from './check.ts'
import { checkEntrance } from './entrance.ts'
import { checkBounceMailbox, checkOtherHandlers } from './otherHandlers.ts'
import { reminders } from './reminders.ts'
import { type CheckName, checkNames, notTried, type SiteCheck, type SiteTestReport } from './report.ts'
import { checkBounceTypes, checkMailSettings } from './siteSettings.ts'
import { checkTimeZone } from './timeZone.ts'

export interface SiteTestOptions {
  readonly site: Pick<Site, 'crm' | 'mail' | 'bounceTypes'>
  /** null where no API key is stored. */
  readonly credential: Credential | null
  readonly clock: Clock
}

/**
 * Finds out whether a site's CiviCRM can be recorded in, and if not, what exactly is missing. Changes
 * nothing there. Never throws for a bad site: what is bad stands in the report.
 */
export async function testSite(options: SiteTestOptions): Promise<SiteTestReport> {
  const { crm } = options.site
  if (crm.type === 'builtin') {
    const says = 'The contacts of this site are in the built-in store; there is nothing to reach.'
    return { ok: true, checks: [ok('connection', says)], administrator: true, timeZone: null }
  }
  const connection = new Connection(crm, options.credential)
  try {
    return await testRemote(options, crm, connection)
  } finally {
    await connection.close()
  }
}

async function testRemote(
  options: SiteTestOptions,
  crm: RemoteCrmSettings,
  connection: Connection,
): Promise<SiteTestReport> {
  const entrance = await checkEntrance(crm, options.credential, connection)
  if (entrance.identity === null) return report(entrance.checks)
  const access = await checkAccess(connection, entrance.identity.contactId)
  if (access[0]?.result !== 'ok') return report([...entrance.checks, ...access])
  const rights = await checkAdministrator(connection)
  let timeZone: string | null = null
  const zone = await tried('timeZone', async () => {
    const found = await checkTimeZone(connection, crm, options.clock)
    timeZone = found.timeZone
    return found.check
  })
  const inspected = rights.administrator === true ? await inspect(options, connection) : reminders
  return report([...entrance.checks, ...access, rights.check, zone, ...inspected], {
    administrator: rights.administrator,
    timeZone,
  })
}

/** What only an administrator's key can see. */
async function inspect({ site }: SiteTestOptions, connection: Connection): Promise<readonly SiteCheck[]> {
  return [
    await looked('bounceTypes', async () => checkBounceTypes(connection, site.bounceTypes)),
    await looked('mailSettings', async () => checkMailSettings(connection, site.mail)),
    await looked('otherHandlers', async () => checkOtherHandlers(connection)),
    await looked('bounceMailbox', async () => checkBounceMailbox(connection)),
  ]
}

/** Names all checks: those that an earlier failure has left out stand as unknown. */
function report(
  done: readonly SiteCheck[],
  found: Pick<SiteTestReport, 'administrator' | 'timeZone'> = { administrator: null, timeZone: null },
): SiteTestReport {
  const byName = new Map<CheckName, SiteCheck>(done.map((check) => [check.check, check]))
  const checks = checkNames.map((name) => byName.get(name) ?? unknown(name, notTried))
  return { ok: checks.every(({ result }) => result !== 'failed'), checks, ...found }
}
