import { beforeAll, describe, expect, it } from 'vitest'
import { createSigningIdentity } from '../../src/simulator/certificate.ts'
import { parseEnvelope } from '../../src/ingest/sns/envelope.ts'
import { numberOf } from './envelope.ts'
import { RequestMaker, shares } from './requests.ts'
import { addressesOf, type FuzzWorld, fuzzSites, region } from './world.ts'

const day = 86_400_000
const now = Date.UTC(2026, 10, 24, 12, 0, 0)

describe('requests', () => {
  let world: FuzzWorld
  let maker: RequestMaker

  beforeAll(() => {
    const { certificate, fileName, privateKey } = createSigningIdentity({
      region,
      validFrom: now - day,
      validTo: now + day,
    })
    world = {
      seed: '1',
      now,
      privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      certificate: { certificate, fileName },
      recipients: Object.fromEntries(
        fuzzSites.map((one) => [
          one.site.id,
          addressesOf(one, 20).map((address, index) => ({
            address,
            row: { jobId: 1, queueId: index + 1, hash: '0123456789abcdef' },
          })),
        ]),
      ),
    }
    maker = new RequestMaker(world)
  })

  it('depend on seed and number alone', () => {
    const again = new RequestMaker(world)
    for (const number of [0, 7, 1234, 999_999]) expect(again.make(number)).toEqual(maker.make(number))
    expect(new RequestMaker({ ...world, seed: '2' }).make(7)).not.toEqual(maker.make(7))
  })

  it('are of all kinds, more than half of them with a mutated Message that is signed', () => {
    const kinds = Array.from({ length: 400 }, (_, number) => maker.make(number).kind)
    expect(new Set(kinds)).toEqual(new Set(Object.keys(shares)))
    expect(shares.inner).toBeGreaterThan(0.5)
    expect(Object.values(shares).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
  })

  it('bear their number in the MessageId', () => {
    const all = Array.from({ length: 300 }, (_, number) => maker.make(number))
    const bearing = all.flatMap((request) => {
      if (request.form !== 'http' || request.kind !== 'inner') return []
      const parsed = parseEnvelope(request.http.body)
      return parsed.ok ? [{ number: request.number, found: numberOf(parsed.envelope.messageId) }] : []
    })
    expect(bearing.length).toBeGreaterThan(140)
    expect(bearing.filter(({ number, found }) => number !== found)).toEqual([])
  })

  it('name no certificate that is not there, for which a 503 would be due', () => {
    const bodies = Array.from({ length: 300 }, (_, number) => maker.make(number)).flatMap((request) =>
      request.form === 'http' ? [request.http.body.toString('latin1')] : [],
    )
    const names = bodies.flatMap((body) => body.match(/SimpleNotificationService-[0-9a-f]{32}\.pem/g) ?? [])
    expect(new Set(names)).toEqual(new Set([world.certificate.fileName]))
  })
})
