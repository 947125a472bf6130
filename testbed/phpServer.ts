import path from 'node:path'
import { z } from 'zod'
import type { Credentials } from './credentials.ts'
import { type Folder, phpSources } from './folder.ts'
import { phpEnvironment, phpOptions, type Ports, siteUrl } from './php.ts'
import { host } from './ports.ts'
import { TestbedProblem } from './problem.ts'
import { isAlive, type ProcessGroup, startGroup } from './processGroup.ts'
import { waitUntil } from './waiting.ts'

/** Requests served at once, as a small host would; each worker is a process of its own. */
const workers = 4

/** Starts `php -S` on the site and returns when CiviCRM itself answers. */
export async function startPhpServer(folder: Folder, ports: Ports, credentials: Credentials): Promise<ProcessGroup> {
  const log = path.join(folder.logs, 'php.log')
  const group = await startGroup({
    command: 'php',
    arguments: [
      ...phpOptions(folder, 'server'),
      '-S',
      `${host}:${ports.web}`,
      '-t',
      folder.site,
      path.join(phpSources, 'router.php'),
    ],
    environment: { ...phpEnvironment(folder, ports, credentials), PHP_CLI_SERVER_WORKERS: String(workers) },
    folder: folder.site,
    log,
    mark: `${folder.root}/`,
  })
  await waitUntil(
    'CiviCRM to answer',
    async () => {
      if (await answers(ports)) return true
      if (!isAlive(group)) throw new TestbedProblem('the PHP server ended at once', `See ${log}.`)
      return false
    },
    { timeoutMs: 60_000 },
  )
  return group
}

/** Only CiviCRM says this; an error page of PHP is no JSON. */
const identitySchema = z.object({ contact_id: z.null() })

/** Whether an anonymous request gets through to AuthX: code, settings file and database are all there. */
export async function answers(ports: Ports): Promise<boolean> {
  try {
    const reply = await fetch(`${siteUrl(ports)}/civicrm/authx/id`, { signal: AbortSignal.timeout(10_000) })
    return identitySchema.safeParse(await reply.json()).success
  } catch {
    return false
  }
}
