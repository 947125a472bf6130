import path from 'node:path'
import { systemClock } from '../../src/clock.ts'
import type { SiteMode } from '../../src/settings/site.ts'
import { createSigningIdentity, saveCertificate } from '../../src/simulator/certificate.ts'
import type { Stranger } from '../../src/simulator/forgery.ts'
import { topicArn } from '../../src/simulator/region.ts'
import { createSns } from '../../src/simulator/sns.ts'
import type { SnsTopic } from '../../src/simulator/topic.ts'
import { freePort } from '../../src/testing/freePort.ts'
import { connectTestbed } from '../../testbed/testbed.ts'
import { BuiltinUnderTest } from './crms/builtinUnderTest.ts'
import { CivicrmUnderTest } from './crms/civicrmUnderTest.ts'
import type { CrmUnderTest } from './crms/crmUnderTest.ts'
import type { Engine } from './engines/engine.ts'
import { openEngine } from './engines/openEngine.ts'
import type { Job } from './job.ts'
import type { Target } from './order.ts'

/** One of the gateways that share the work: a process ends, its place stays. */
export interface Instance {
  readonly config: Job['config']
  readonly url: string
}

export interface Prepared {
  readonly engine: Engine
  readonly crm: CrmUnderTest
  readonly topic: SnsTopic
  readonly stranger: Stranger
  readonly instances: readonly Instance[]
  readonly logFile: string
}

const region = 'eu-west-1'
const day = 86_400_000

/** With several instances each one needs lanes of its own, and some to take over. */
const sitesPerInstance = 2

/**
 * An installation with its sites, and an SNS that signs for it. The certificate lies in a folder: nothing
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

  const engine = await openEngine(target.engine, folder)
  try {
    const crm = crmOf(target, engine, arn)
    await saveSites(engine, crm, mode)
    const instances = await Promise.all(
      Array.from({ length: target.instances }, async (_, index): Promise<Instance> => {
        // The same for all processes of an instance: SNS goes on knocking at one address.
        const port = await freePort()
        const url = `http://127.0.0.1:${port}/civicrm/ses/webhook`
        return { url, config: { ...engine.config(index), ...common, certificatesFolder, listen: { port } } }
      }),
    )
    return { engine, crm, topic, stranger, instances, logFile: path.join(folder, 'gateway.log') }
  } catch (error) {
    await engine.close()
    throw error
  }
}

const common = { logLevel: 'warn', minimumFreeMiB: 0, stopSeconds: 10 } as const

function crmOf(target: Target, engine: Engine, topic: string): CrmUnderTest {
  const sites = target.instances === 1 ? 1 : target.instances * sitesPerInstance
  if (target.crm === 'civicrm')
    return new CivicrmUnderTest({ topicArn: topic, sites, testbed: connectTestbed(), key: target.key })
  return new BuiltinUnderTest({
    topicArn: topic,
    sites,
    view: engine.view,
    lend: async (work) => {
      const store = await engine.open()
      try {
        await work((site) => store.contacts(site))
      } finally {
        await store.close()
      }
    },
  })
}

async function saveSites(engine: Engine, { sites, apiKey }: CrmUnderTest, mode: SiteMode): Promise<void> {
  const store = await engine.open()
  for (const site of sites) {
    await store.settings.saveSite({ ...site, mode })
    if (apiKey !== null) await store.settings.saveSecret(site.id, 'apiKey', apiKey)
  }
  await store.close()
}
