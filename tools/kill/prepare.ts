import { once } from 'node:events'
import { createServer } from 'node:net'
import path from 'node:path'
import { systemClock } from '../../src/clock.ts'
import { openStore, type Store } from '../../src/compose/openStore.ts'
import type { SiteMode } from '../../src/settings/site.ts'
import { createSigningIdentity, saveCertificate } from '../../src/simulator/certificate.ts'
import type { Stranger } from '../../src/simulator/forgery.ts'
import { topicArn } from '../../src/simulator/region.ts'
import { createSns } from '../../src/simulator/sns.ts'
import type { SnsTopic } from '../../src/simulator/topic.ts'
import { connectTestbed } from '../../testbed/testbed.ts'
import { BuiltinSite } from './builtinSite.ts'
import { CivicrmSite } from './civicrmSite.ts'
import type { Job } from './job.ts'
import { type KillSite, siteId } from './site.ts'

/** Where the effects of a run go. */
export type Target = { readonly crm: 'builtin' } | { readonly crm: 'civicrm'; readonly key: 'admin' | 'least' }

export interface Prepared {
  readonly site: KillSite
  readonly topic: SnsTopic
  readonly stranger: Stranger
  readonly config: Job['config']
  readonly url: string
  readonly databaseFile: string
  readonly logFile: string
}

const region = 'eu-west-1'
const day = 86_400_000

/**
 * A data folder with one site in it, and an SNS that signs for it. The certificate lies in a folder: nothing
 * leaves this machine.
 *
 * @throws TestbedProblem where CiviCRM is asked for and no test bed runs
 */
export async function prepare(
  target: Target,
  folder: string,
  seed: string,
  mode: SiteMode = 'record',
): Promise<Prepared> {
  const arn = topicArn(region, '111122223333', 'ses')
  const now = systemClock.now()
  const identity = createSigningIdentity({ region, validFrom: now - day, validTo: now + day })
  const certificatesFolder = path.join(folder, 'certificates')
  await saveCertificate(identity, certificatesFolder)
  const { topic, stranger } = createSns({ topicArn: arn, identity, signatureVersion: '2', seed, clock: systemClock })

  const dataFolder = path.join(folder, 'data')
  const databaseFile = path.join(dataFolder, 'civicrm-ses.db')
  const open = async (): Promise<Store> =>
    openStore({ folder: dataFolder, keyFile: null, clock: systemClock, access: 'own' })
  const site =
    target.crm === 'civicrm'
      ? new CivicrmSite({ topicArn: arn, testbed: connectTestbed(), key: target.key })
      : new BuiltinSite({
          topicArn: arn,
          databaseFile,
          openContacts: async (work) => {
            const store = await open()
            await work(store.contacts(siteId))
            await store.close()
          },
        })
  const store = await open()
  await store.settings.saveSite({ ...site.settings, mode })
  if (site.apiKey !== null) await store.settings.saveSecret(siteId, 'apiKey', site.apiKey)
  await store.close()

  const port = await freePort()
  return {
    site,
    topic,
    stranger,
    config: {
      dataFolder,
      certificatesFolder,
      listen: { port },
      logLevel: 'warn',
      minimumFreeMiB: 0,
      stopSeconds: 10,
    },
    url: `http://127.0.0.1:${port}/civicrm/ses/webhook`,
    databaseFile,
    logFile: path.join(folder, 'gateway.log'),
  }
}

/** The same for all processes of a run: SNS goes on knocking at one address. */
async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
