import path from 'node:path'
import { createSigningIdentity, saveCertificate } from '../../src/simulator/certificate.ts'
import type { Recipient } from '../../src/simulator/recipients.ts'
import { configSchema } from '../../src/config/schema.ts'
import { Gateway } from '../../src/main.ts'
import { nobodyAtSns } from './nobodyAtSns.ts'
import { addressesOf, type FuzzWorld, fuzzSites, region } from './world.ts'

const day = 86_400_000

/** People of each site. */
const people = 1500

export interface GatewayUnderTest {
  readonly gateway: Gateway
  readonly world: FuzzWorld
}

/**
 * The gateway as it is served, on a disk, with sites whose people have had a mailing, and a log that is
 * written in full (to nowhere, but lines that tell of a fault): all that a message can meet.
 */
export async function startGateway(
  folder: string,
  seed: string,
  onLogLine: (line: string) => void,
): Promise<GatewayUnderTest> {
  const now = Date.now()
  const certificatesFolder = path.join(folder, 'certificates')
  // Valid for every Timestamp by which a certificate can be judged: one that is not valid yet would be answered 503.
  const identity = createSigningIdentity({ region, validFrom: now - 100 * day, validTo: now + 100 * day })
  await saveCertificate(identity, certificatesFolder)
  const gateway = await Gateway.start({
    config: configSchema.parse({
      dataFolder: path.join(folder, 'data'),
      certificatesFolder,
      listen: { port: 0 },
      logLevel: 'info',
      minimumFreeMiB: 0,
      stopSeconds: 20,
    }),
    logDestination: { write: onLogLine },
    snsReach: nobodyAtSns(),
  })
  const recipients: Record<string, readonly Recipient[]> = {}
  for (const fuzzed of fuzzSites) {
    await gateway.operations.settings.saveSite(fuzzed.site)
    recipients[fuzzed.site.id] = await seedPeople(gateway, fuzzed)
  }
  const privateKeyPem = identity.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const { certificate, fileName } = identity
  return { gateway, world: { seed, now, privateKeyPem, certificate: { certificate, fileName }, recipients } }
}

/** Most are in the mailing; the others have only what they get otherwise. */
async function seedPeople(gateway: Gateway, fuzzed: (typeof fuzzSites)[number]): Promise<readonly Recipient[]> {
  const store = gateway.operations.contacts(fuzzed.site.id)
  const added = await store.addContacts(
    addressesOf(fuzzed, people).map((email, index) => ({ name: `Person ${index}`, emails: [email] })),
  )
  const emails = added.flatMap((contact) => contact.emails)
  const mailed = emails.filter((_, index) => index % 5 !== 4)
  const { jobId, queueRows } = await store.addMailing({
    name: 'Newsletter',
    emailIds: mailed.map(({ emailId }) => emailId),
  })
  const rows = new Map(queueRows.map(({ emailId, queueId, hash }) => [emailId, { jobId, queueId, hash }]))
  return emails.map(({ email, emailId }) => ({ address: email, row: rows.get(emailId) ?? null }))
}
