import { once } from 'node:events'
import { createServer } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { Agent } from 'undici'
import { afterAll, describe, expect, it } from 'vitest'
import { type BadAnswer, badAnswers, json, stubForTest, type StubReply } from '../../testing/crmStub.ts'
import { type Exchange, exchange } from './exchange.ts'

const agent = new Agent()
afterAll(async () => {
  await agent.destroy()
})

function post(url: string, overrides: Partial<Exchange> = {}): Exchange {
  return {
    url: new URL('/civicrm/ajax/rest?a=b', url),
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'entity=api3&action=call',
    timeoutMs: 30_000,
    sizeLimit: 1_000_000,
    ...overrides,
  }
}

function packed(body: Buffer, coding: string): StubReply {
  return { status: 200, type: 'application/json', body, headers: { 'content-encoding': coding } }
}

describe('exchange', () => {
  it('sends the request as given and gives the whole answer', async () => {
    const stub = await stubForTest(() => json({ values: ['ü'] }, 403))
    const reply = await exchange(agent, post(stub.url))
    expect(reply).toMatchObject({
      status: 403,
      contentType: 'application/json',
      body: '{"values":["ü"]}',
      location: null,
    })
    expect('date' in reply && reply.date).toBeGreaterThan(Date.UTC(2020, 0))
    expect(stub.requests).toMatchObject([
      { method: 'POST', path: '/civicrm/ajax/rest?a=b', fields: { entity: 'api3', action: 'call' } },
    ])
  })

  it('does not follow a redirect', async () => {
    const stub = await stubForTest(() => badAnswers.redirect)
    expect(await exchange(agent, post(stub.url))).toMatchObject({
      status: 302,
      location: 'https://www.example.org/civicrm/ajax/rest?x=1',
    })
    expect(stub.requests).toHaveLength(1)
  })

  it.each<readonly [BadAnswer, string]>([
    ['hang', 'timeout'],
    ['drip', 'timeout'],
    ['cut', 'broken'],
    ['cutInBody', 'broken'],
    ['flood', 'oversized'],
  ])('is lost to a server that does: %s', async (name, lost) => {
    const stub = await stubForTest(() => badAnswers[name])
    const timeoutMs = lost === 'timeout' ? 300 : 30_000
    expect(await exchange(agent, post(stub.url, { timeoutMs }))).toMatchObject({ lost })
    expect(stub.requests).toHaveLength(1)
  })

  it('knows that nothing was sent where nobody listens, nobody is called so, or nobody speaks TLS', async () => {
    const gone = await stubForTest(() => badAnswers.hang)
    await gone.close()
    expect(await exchange(agent, post(gone.url))).toMatchObject({ lost: 'unsent', cause: { code: 'ECONNREFUSED' } })
    expect(await exchange(agent, post('http://nobody.invalid'))).toMatchObject({ lost: 'unsent' })
    const stub = await stubForTest(() => json([]))
    expect(await exchange(agent, post(stub.url.replace('http:', 'https:')))).toMatchObject({ lost: 'unsent' })
    expect(stub.requests).toEqual([])
  })

  it('knows that nothing was sent over a connection that never came about in time', async () => {
    // One connection for all: the second request waits behind the first.
    const narrow = new Agent({ connections: 1 })
    const stub = await stubForTest(() => badAnswers.hang)
    const first = exchange(narrow, post(stub.url, { timeoutMs: 300 }))
    const second = exchange(narrow, post(stub.url, { timeoutMs: 100 }))
    expect(await second).toMatchObject({ lost: 'unsent' })
    expect(await first).toMatchObject({ lost: 'timeout' })
    await narrow.destroy()
    expect(stub.requests).toHaveLength(1)
  })

  it('is given up when told to: before it is sent nothing was done, after it something may', async () => {
    const arrived = Promise.withResolvers<void>()
    const stub = await stubForTest(() => {
      arrived.resolve()
      return badAnswers.hang
    })
    expect(await exchange(agent, post(stub.url, { signal: AbortSignal.abort() }))).toMatchObject({ lost: 'unsent' })
    const stop = new AbortController()
    const running = exchange(agent, post(stub.url, { signal: stop.signal }))
    await arrived.promise
    stop.abort()
    expect(await running).toMatchObject({ lost: 'aborted' })
    expect(stub.requests).toHaveLength(1)
  })

  it.each([
    ['gzip', gzipSync],
    ['GZIP', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ] as const)('reads an answer that was packed unasked, as %s', async (coding, pack) => {
    const answer = JSON.stringify([{ is_error: 0, values: 'ü'.repeat(10_000) }])
    const stub = await stubForTest(() => packed(pack(answer), coding))
    expect(await exchange(agent, post(stub.url))).toMatchObject({ status: 200, body: answer })
  })

  it('keeps its limit of size for what unpacks to more, and knows a damaged answer', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    expect(bomb.length).toBeLessThan(1_000_000)
    const bombs = await stubForTest(() => packed(bomb, 'gzip'))
    expect(await exchange(agent, post(bombs.url))).toMatchObject({ lost: 'oversized' })
    const damaged = await stubForTest(() => packed(gzipSync('[]').subarray(0, 12), 'gzip'))
    expect(await exchange(agent, post(damaged.url))).toMatchObject({ lost: 'broken' })
    const unheardOf = await stubForTest(() => packed(Buffer.from('x'), 'zstd'))
    expect(await exchange(agent, post(unheardOf.url))).toMatchObject({ status: 200, body: 'x' })
  })

  it('tells when the site wants to be asked again', async () => {
    const stub = await stubForTest(() => ({ ...badAnswers.tooMany, headers: { 'retry-after': '120' } }))
    expect(await exchange(agent, post(stub.url))).toMatchObject({ status: 429, retryAfter: '120' })
  })

  it('does not choke on what is no HTTP', async () => {
    const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    expect(await exchange(agent, post(`http://127.0.0.1:${port}`))).toMatchObject({ lost: 'broken' })
    server.close()
  })
})
