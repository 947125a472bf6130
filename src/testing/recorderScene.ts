import type { Site, SiteInput } from '../settings/site.ts'
import { plainVerp, type Row } from './defects/defectCase.ts'
import { verpMessage } from './defects/verpMessage.ts'
import { testSite } from './memorySettings.ts'
import { RecorderBench, type BenchOptions } from './recorderBench.ts'
import { ScriptedCrm, type ScriptedPerson } from './scriptedCrm.ts'
import { sesMessage, type SesMessageInput } from './sesMessage.ts'

/** Seconds after which a call can no longer be running, in these tests: 60 + 300, and the margin of a late start. */
export const conclusiveMs = 370_000

/** A site with a CiviCRM; requests go to whatever `connect` gives. */
export function civicrmSite(id: string, more: Partial<SiteInput> = {}): Site {
  return testSite(id, [], {
    crm: {
      type: 'civicrm',
      url: 'https://crm.example.org',
      timeoutSeconds: 60,
      longestRequestSeconds: 300,
      batchSize: 100,
    },
    mail: { ...plainVerp, domains: [...plainVerp.domains] },
    ...more,
  })
}

/** Somebody with a copy of the mailing. */
export interface Reader extends ScriptedPerson {
  readonly row: Row
}

/** One site with a scripted CRM, a recorder's bench, and what tests say again and again. */
export class RecorderScene extends RecorderBench {
  readonly crm: ScriptedCrm
  #readers = 0

  private constructor(options: BenchOptions, crm: ScriptedCrm) {
    super(options)
    this.crm = crm
    crm.time = this.time
  }

  static make(options: Partial<BenchOptions> & { readonly readBack?: boolean } = {}): RecorderScene {
    const crm = new ScriptedCrm()
    crm.readBack = options.readBack ?? true
    return new RecorderScene({ sites: [civicrmSite('main')], connect: () => crm, ...options }, crm)
  }

  reader(email?: string): Reader {
    this.#readers += 1
    const person = this.crm.addPerson(email ?? `reader${this.#readers}@example.net`)
    return { ...person, row: this.crm.addMail(person) }
  }

  readers(count: number): readonly Reader[] {
    return Array.from({ length: count }, () => this.reader())
  }

  /** SES's word about this reader's copy of the mailing; a hard bounce unless told otherwise. */
  about(reader: Reader, input: Partial<SesMessageInput> = {}): string {
    return verpMessage(reader.row, {
      kind: 'Bounce',
      recipients: [reader.email],
      messageId: `mail-${reader.row.queueId}`,
      at: this.time.now() - 1000,
      ...input,
    })
  }

  /** About a mail without reference. */
  aboutAddress(email: string, input: Partial<SesMessageInput> = {}): string {
    return sesMessage({
      kind: 'Bounce',
      recipients: [email],
      source: 'info@example.org',
      messageId: `transactional-${email}`,
      at: this.time.now() - 1000,
      ...input,
    })
  }

  /** Accepts one bounce of each, all in one commit. @returns ids in the inbox */
  async bounceAll(readers: readonly Reader[]): Promise<readonly number[]> {
    return Promise.all(readers.map(async (reader) => this.accept(this.about(reader))))
  }

  /** Bounce rows of each, in the CRM. */
  rows(readers: readonly Reader[]): readonly (readonly string[])[] {
    return readers.map(({ row }) => this.crm.bouncesOf(row.queueId))
  }

  /** Bounces in each request, in order. */
  callSizes(): readonly number[] {
    return this.crm.callsOf('recordBounces').map(({ length }) => length)
  }
}
