import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { ContactState } from '../../civicrm/builtin/contactStore.ts'
import type { BounceTypeName } from '../../civimail/bounceTypes.ts'
import type { Policy } from '../../civimail/policy/schema.ts'
import { configSchema } from '../../config/schema.ts'
import type { LedgerEntry } from '../../ledger/ledger.ts'
import { Gateway } from '../../main.ts'
import { siteSchema } from '../../settings/site.ts'
import { createSigningIdentity, saveCertificate } from '../../simulator/certificate.ts'
import { disturb } from '../../simulator/disturb.ts'
import { seededRandom } from '../../simulator/random.ts'
import { topicArn } from '../../simulator/region.ts'
import { type ScenarioMessage, scenarioMessages } from '../../simulator/scenario.ts'
import { type ExpectedState, type ScenarioPerson, scenarioPeople } from '../../simulator/scenarioPeople.ts'
import { createSns, sendingAccount } from '../../simulator/sns.ts'
import { httpPost } from '../../simulator/transport.ts'
import { systemClock } from '../../clock.ts'

export interface DemoOptions {
  /** An empty folder for data and certificates. */
  readonly folder: string
  /** 0: any free one. */
  readonly port: number
  /** Each message twice. */
  readonly twice: boolean
  /** In an order of this seed; null: as it happened. */
  readonly shuffle: string | null
  /** Another policy than the one that the expected states are of: then the demonstration must fail. */
  readonly policy?: Policy
}

/** One line of the table. */
export interface DemoLine {
  readonly person: ScenarioPerson
  readonly contact: ContactState
  readonly state: ExpectedState
  readonly right: boolean
  /** What was decided about this person, in the order of arrival. */
  readonly entries: readonly LedgerEntry[]
}

export interface DemoResult {
  readonly gateway: Gateway
  readonly lines: readonly DemoLine[]
  /** Sent messages that were answered otherwise than they must. */
  readonly wrongAnswers: readonly string[]
  readonly sent: number
  /** How many of them were false. */
  readonly forged: number
  readonly ok: boolean
  /** By other rules than those that the expected states are of. */
  readonly otherRules: boolean
}

const site = 'demo'
const region = 'eu-west-1'
const domain = 'crm.example.org'
const verp = { localpart: 'bounce+', separator: '.', domain }
const arn = topicArn(region, '111122223333', 'ses')
const day = 86_400_000

/**
 * The whole way, for real: a gateway on the embedded store, signed notifications over HTTP, the built-in
 * contact store in the place of a CiviCRM. Leaves the gateway running.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const now = systemClock.now()
  const certificatesFolder = path.join(options.folder, 'certificates')
  await mkdir(certificatesFolder, { recursive: true })
  const identity = createSigningIdentity({ region, validFrom: now - day, validTo: now + day })
  await saveCertificate(identity, certificatesFolder)

  const gateway = await Gateway.start({
    config: configSchema.parse({
      dataFolder: path.join(options.folder, 'data'),
      certificatesFolder,
      listen: { port: options.port },
      logLevel: 'silent',
      minimumFreeMiB: 0,
      stopSeconds: 5,
    }),
  })
  const { settings } = gateway.operations
  await settings.saveSite(
    siteSchema.parse({
      id: site,
      name: 'Demonstration',
      crm: { type: 'builtin' },
      mail: { localpart: verp.localpart, separator: verp.separator, domains: [domain], senderDomains: [domain] },
      topics: [arn],
      ...(options.policy === undefined ? {} : { policy: options.policy }),
    }),
  )
  const rows = await seed(gateway)
  const messages = scenarioMessages({
    people: scenarioPeople,
    rows,
    verp,
    from: `"Example Org" <news@${domain}>`,
    subject: 'Newsletter November',
    account: sendingAccount(arn, domain),
    ...createSns({ topicArn: arn, identity, signatureVersion: '2', seed: 'demo', clock: systemClock }),
    random: seededRandom('demo'),
    now,
  })
  const wrongAnswers = await send(gateway.port, inOrder(messages, options))
  await recorded(gateway)

  const lines = await linesOf(gateway)
  const times = options.twice ? 2 : 1
  return {
    gateway,
    lines,
    wrongAnswers,
    sent: messages.length * times,
    forged: messages.filter(({ lie }) => lie !== null).length * times,
    otherRules: options.policy !== undefined,
    ok: wrongAnswers.length === 0 && lines.every((line) => line.right),
  }
}

/** Contacts for everyone, and a mailing to those who are in it. */
async function seed(gateway: Gateway): Promise<ReadonlyMap<string, { jobId: number; queueId: number; hash: string }>> {
  const store = gateway.operations.contacts(site)
  const contacts = await store.addContacts(scenarioPeople.map(({ name, email }) => ({ name, emails: [email] })))
  const inMailing = new Set(scenarioPeople.filter((person) => person.inMailing).map((person) => person.email))
  const emailIds = contacts.flatMap(({ emails }) =>
    emails.filter(({ email }) => inMailing.has(email)).map(({ emailId }) => emailId),
  )
  const { jobId, queueRows } = await store.addMailing({ name: 'Newsletter November', emailIds })
  return new Map(queueRows.map(({ email, queueId, hash }) => [email, { jobId, queueId, hash }]))
}

function inOrder(messages: readonly ScenarioMessage[], { twice, shuffle }: DemoOptions): readonly ScenarioMessage[] {
  const all = twice ? [...messages, ...messages] : messages
  if (shuffle === null) return all
  return disturb(all, { duplicates: 0, otherDialect: 0, reorder: 'all', other: () => null }, seededRandom(shuffle))
}

async function send(port: number, messages: readonly ScenarioMessage[]): Promise<readonly string[]> {
  const http = httpPost({ url: `http://127.0.0.1:${port}/civicrm/ses/webhook` })
  const wrong: string[] = []
  try {
    for (const { request, person, status, lie } of messages) {
      const answer = await http.post(request)
      if (answer.status !== status) {
        wrong.push(
          `${person.name}${lie === null ? '' : ` (${lie})`}: answered ${String(answer.status)}, must be ${status}`,
        )
      }
    }
  } finally {
    await http.close()
  }
  return wrong
}

/** Resolves when nothing waits in the inbox any more. */
async function recorded(gateway: Gateway): Promise<void> {
  const { inbox } = gateway.operations
  const isDone = async (): Promise<boolean> => (await inbox.backlog()).length === 0
  await new Promise<void>((resolve) => {
    const look = async (): Promise<void> => {
      if (!(await isDone())) return
      end()
      resolve()
    }
    const end = gateway.events.recorder.on('batchFinished', () => void look())
    // After the listening has begun: else the last batch could end unheard.
    void look()
  })
}

async function linesOf(gateway: Gateway): Promise<readonly DemoLine[]> {
  const { ledger, contacts } = gateway.operations
  const states = await contacts(site).list({ limit: 1000 })
  const lines = scenarioPeople.map(async (person) => {
    const contact = states.find(({ emails }) => emails.some(({ email }) => email === person.email))
    if (contact === undefined) throw new Error(`${person.email} is not in the contact store`)
    const state = stateOf(contact)
    const entries = (await ledger.search({ site, recipient: person.email, limit: 10 })).toReversed()
    return { person, contact, state, right: JSON.stringify(state) === JSON.stringify(person.expected), entries }
  })
  return Promise.all(lines)
}

function stateOf(contact: ContactState): ExpectedState {
  const bounces: BounceTypeName[] = contact.emails.flatMap((email) => email.bounces.map((bounce) => bounce.bounceType))
  return {
    bounces,
    onHold: contact.emails.some(({ onHold }) => onHold !== 0),
    optedOut: contact.optedOut,
  }
}
