import { createPrivateKey } from 'node:crypto'
import type { Random } from '../../src/clock.ts'
import type { SigningIdentity } from '../../src/simulator/certificate.ts'
import { allForgeries, type Stranger } from '../../src/simulator/forgery.ts'
import { pick, seededRandom } from '../../src/simulator/random.ts'
import { createSns } from '../../src/simulator/sns.ts'
import type { SnsRequest } from '../../src/simulator/topic.ts'
import { mutatedBytes } from './bytes.ts'
import {
  messageIdOf,
  type Publication,
  signedNotification,
  signedStrangeEnvelope,
  tamperedEnvelope,
} from './envelope.ts'
import { type HttpRequest, plainRequest, strangeRequest } from './httpRequest.ts'
import { mutatedMessage } from './innerMessage.ts'
import type { MutationContext } from './mutateTree.ts'
import { type RawRequest, rawRequest } from './rawRequest.ts'
import { genuineRecord } from './record.ts'
import { allowedTopics, type FuzzWorld } from './world.ts'

/**
 * What is wrong with a request, and its share of all.
 * - `inner`: the Message; signed as it is, so that it goes all the way
 * - `genuine`: nothing
 * - `forged`: the simulator's forgeries
 * - `signedEnvelope`: fields of the envelope, signed as they are
 * - `envelope`: fields of the envelope, changed after signing
 * - `bytes`: the body's bytes
 * - `http`: method, address, headers, content encoding
 * - `raw`: it is no proper HTTP
 */
export const shares = {
  inner: 0.55,
  genuine: 0.01,
  forged: 0.03,
  signedEnvelope: 0.06,
  envelope: 0.13,
  bytes: 0.12,
  http: 0.08,
  raw: 0.02,
} as const

export type FuzzKind = keyof typeof shares

export type FuzzRequest = { readonly number: number; readonly kind: FuzzKind } & (
  | { readonly form: 'http'; readonly http: HttpRequest }
  | { readonly form: 'raw'; readonly raw: RawRequest }
)

/** Signed messages from which those that need no signature of their own are made: signing costs most of the time. */
const poolSize = 64

/** Makes the requests of a run. Each depends on the seed and its number alone, so that one can be made again. */
export class RequestMaker {
  readonly #world: FuzzWorld
  readonly #identity: SigningIdentity
  readonly #context: MutationContext
  readonly #stranger: Stranger
  readonly #pool: readonly SnsRequest[]

  constructor(world: FuzzWorld) {
    this.#world = world
    this.#identity = { ...world.certificate, privateKey: createPrivateKey(world.privateKeyPem) }
    this.#context = { addresses: Object.values(world.recipients).flatMap((all) => all.map(({ address }) => address)) }
    const { seed, now } = world
    this.#stranger = createSns({
      topicArn: allowedTopics[0],
      identity: this.#identity,
      seed,
      clock: { now: () => now },
    }).stranger
    this.#pool = Array.from({ length: poolSize }, (_, index) => {
      const random = seededRandom(seed, `pool ${index}`)
      // Numbers that no run reaches.
      return signedNotification(random, this.#identity, this.#publication(random, 0xffffffff - index))
    })
  }

  make(number: number): FuzzRequest {
    const random = seededRandom(this.#world.seed, String(number))
    const kind = kindOf(random())
    const http = this.#http(random, kind, number)
    if (kind === 'raw') return { number, kind, form: 'raw', raw: rawRequest(random, http) }
    return { number, kind, form: 'http', http: kind === 'http' ? strangeRequest(random, http) : http }
  }

  #http(random: Random, kind: FuzzKind, number: number): HttpRequest {
    const { headers, body } = this.#message(random, kind, number)
    const bytes = kind === 'bytes' ? mutatedBytes(random, body) : Buffer.from(body)
    return plainRequest(random, { headers, body: this.#withKnownCertificate(bytes) })
  }

  #message(random: Random, kind: FuzzKind, number: number): SnsRequest {
    switch (kind) {
      case 'inner': {
        const publication = this.#publication(random, number)
        const message = mutatedMessage(random, publication.message, this.#context)
        return signedNotification(random, this.#identity, { ...publication, message })
      }
      case 'genuine':
        return signedNotification(random, this.#identity, this.#publication(random, number))
      case 'signedEnvelope':
        return signedStrangeEnvelope(random, this.#identity, this.#publication(random, number))
      case 'forged':
        return pick(random, allForgeries).forge(pick(random, this.#pool), this.#stranger)
      case 'envelope':
        return tamperedEnvelope(random, pick(random, this.#pool), this.#context)
      case 'bytes':
      case 'http':
      case 'raw':
      default:
        return pick(random, this.#pool)
    }
  }

  #publication(random: Random, number: number): Publication {
    const topicArn = random() < 0.8 ? allowedTopics[0] : allowedTopics[1]
    const record = genuineRecord(random, this.#world, topicArn)
    return { ...record, messageId: messageIdOf(number, random), topicArn, at: this.#world.now }
  }

  /**
   * Puts the right name in the place of every other name that a certificate could have. Such a message is
   * answered 503, as it must be, for its certificate may be there later; and any 5xx shall be a fault here.
   */
  #withKnownCertificate(body: Buffer): Buffer {
    const text = body.toString('latin1')
    const named = text.replaceAll(/SimpleNotificationService-[0-9a-f]{32}\.pem/g, this.#identity.fileName)
    return named === text ? body : Buffer.from(named, 'latin1')
  }
}

/** @param at uniform in [0, 1) */
function kindOf(at: number): FuzzKind {
  let end = 0
  for (const [kind, share] of entriesOf(shares)) {
    end += share
    if (at < end) return kind
  }
  return 'inner'
}

function entriesOf<Key extends string>(record: Readonly<Record<Key, number>>): readonly (readonly [Key, number])[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a literal has the keys of its type
  return Object.entries(record) as [Key, number][]
}
