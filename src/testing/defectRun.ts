import { testPseudonyms } from './testPseudonyms.ts'
import { randomUUID } from 'node:crypto'
import type { Decision } from '../civimail/decision.ts'
import type { Crm } from '../civicrm/crm.ts'
import { systemClock } from '../clock.ts'
import type { SqliteDatabase } from '../database/sqlite/database.ts'
import { Emitter } from '../emitter.ts'
import { sqliteInbox } from '../inbox/sqlite/inbox.ts'
import { parseEnvelope } from '../ingest/sns/envelope.ts'
import { soleInstance } from '../leases/heldLeases.ts'
import { sqliteLedger } from '../ledger/sqlite/ledger.ts'
import type { RecorderEvents } from '../recorder/events.ts'
import { Recorder } from '../recorder/recorder.ts'
import { systemTimers } from '../timers.ts'
import type { BenchContact, BenchQueueRow, CrmBench } from './crmBench.ts'
import type { DefectCase, DefectOutcome, ExpectedDecision } from './defects/defectCase.ts'
import { MemorySettings, testSite } from './memorySettings.ts'
import { storedNotification } from './storedNotification.ts'
import { TestDatabase } from './testDatabase.ts'

/** What came of a case, in the words in which it says what it expects. */
export interface DefectResult {
  readonly decisions: readonly ExpectedDecision[]
  readonly outcome: Readonly<Record<string, DefectOutcome>>
}

/** Plays a case against a CRM, through inbox, recorder and ledger, as the gateway does it. */
export async function runDefect(given: DefectCase, bench: CrmBench): Promise<DefectResult> {
  const store = new TestDatabase()
  try {
    return await play(given, bench, store.database)
  } finally {
    await store[Symbol.asyncDispose]()
  }
}

async function play(given: DefectCase, bench: CrmBench, database: SqliteDatabase): Promise<DefectResult> {
  const inbox = sqliteInbox(database)
  const ledger = sqliteLedger(database, testPseudonyms)
  const { people, rows } = await seed(given, bench)

  const events = new Emitter<RecorderEvents>()
  const recorder = new Recorder({
    inbox,
    ledger,
    settings: new MemorySettings(siteOf(given)),
    clock: systemClock,
    timers: systemTimers,
    random: Math.random,
    events,
    connect: () => leftOpen(bench.crm),
    readEnvelope: parseEnvelope,
    leases: soleInstance(randomUUID()),
  })
  const { promise: recorded, resolve } = Promise.withResolvers<void>()
  events.on('batchFinished', () => void inbox.backlog().then((lanes) => lanes.length === 0 && resolve()))
  const now = Date.now()
  const messages = given.messages({ rowOf: (person) => rowOf(rows, person), now })
  for (const [index, message] of messages.entries())
    await inbox.accept(storedNotification(message, { site: 'main', messageId: `${given.id}-${index}`, at: now }))
  recorder.start()
  await recorded
  await recorder.stop(10_000)

  const states: Record<string, DefectOutcome> = {}
  for (const [name, person] of people) states[name] = await stateOf(bench, person, rows.get(name))
  const stored = (await ledger.search({ site: 'main', limit: 1000 })).toSorted(
    (one, other) => one.eventId - other.eventId,
  )
  // An event that is reported three times is decided once, and each report can be read with that decision.
  const decisions = messages.flatMap((_, index) =>
    stored
      .filter(({ notificationIds }) => notificationIds.includes(index + 1))
      .map(({ event, decision }) => decisionOf(event.recipient, decision)),
  )
  return { decisions, outcome: states }
}

function decisionOf(recipient: string, { rule, standing, effects }: Decision): ExpectedDecision {
  const words = effects.map((effect) =>
    'bounceType' in effect ? `${effect.effect} ${effect.bounceType}` : effect.effect,
  )
  return { recipient, rule, standing, effects: words }
}

/** The same CRM, to be closed by whoever made it: other cases use it too. */
function leftOpen(crm: Crm): Crm {
  return {
    capabilities: async (signal) => crm.capabilities(signal),
    findAddresses: async (addresses, signal) => crm.findAddresses(addresses, signal),
    findQueueRows: async (queueIds, signal) => crm.findQueueRows(queueIds, signal),
    recordBounces: async (bounces, signal) => crm.recordBounces(bounces, signal),
    findRecorded: async (looks, signal) => crm.findRecorded(looks, signal),
    optOut: async (contactIds, signal) => crm.optOut(contactIds, signal),
    hold: async (emailIds, signal) => crm.hold(emailIds, signal),
    release: async (rows, signal) => crm.release(rows, signal),
    optIn: async (contactIds, signal) => crm.optIn(contactIds, signal),
    findOwnOptOuts: async (contactIds, signal) => crm.findOwnOptOuts(contactIds, signal),
    findReleases: async (since, limit, signal) => crm.findReleases(since, limit, signal),
    close: async () => undefined,
  }
}

function siteOf({ preset, verp }: DefectCase): ReturnType<typeof testSite> {
  return testSite('main', [], { policy: { preset }, mail: { ...verp, domains: [...verp.domains] } })
}

async function seed(
  { people, mailing, change }: DefectCase,
  bench: CrmBench,
): Promise<{ readonly people: ReadonlyMap<string, BenchContact>; readonly rows: ReadonlyMap<string, BenchQueueRow> }> {
  const contacts = new Map<string, BenchContact>()
  for (const [name, person] of Object.entries(people)) contacts.set(name, await bench.seedContact(person))
  const recipients = mailing.map((name) => of(contacts, name))
  const queued = recipients.length === 0 ? [] : await bench.seedMailing(recipients)
  const rows = new Map(queued.map((row, index) => [mailing[index] ?? '', row]))
  if (change !== undefined && 'purge' in change) await bench.removeQueueRow(of(rows, change.purge).queueId)
  if (change !== undefined && 'edit' in change) await bench.editEmail(of(contacts, change.edit).emailId, change.email)
  return { people: contacts, rows }
}

async function stateOf(bench: CrmBench, person: BenchContact, row: BenchQueueRow | undefined): Promise<DefectOutcome> {
  const bounces = row === undefined ? [] : await bench.bounces(row.queueId)
  const email = await bench.emailState(person.emailId)
  return {
    bounces: bounces.map(({ bounceType }) => bounceType) as DefectOutcome['bounces'],
    onHold: email?.onHold === 1 ? 1 : 0,
    optedOut: await bench.optedOut(person.contactId),
  }
}

function rowOf(rows: ReadonlyMap<string, BenchQueueRow>, person: string): BenchQueueRow {
  return of(rows, person)
}

function of<Value>(values: ReadonlyMap<string, Value>, name: string): Value {
  const value = values.get(name)
  if (value === undefined) throw new Error(`the case knows no ${name}`)
  return value
}
