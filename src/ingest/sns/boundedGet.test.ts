import { once } from 'node:events'
import { type RequestListener, createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { Server } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeCertificate, rsaPair } from '../../testing/x509.ts'
import { createBoundedGet, createGetDispatcher } from './boundedGet.ts'

const pair = rsaPair()
const year = 365 * 24 * 3_600_000
const certificate = makeCertificate(
  { publicKey: pair.publicKey, commonName: 'localhost', validFrom: Date.now() - year, validTo: Date.now() + year },
  pair.privateKey,
)
const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' })
const limits = { maxBytes: 1000, timeoutMs: 5000 }

/** Undone after each test, the last first. */
const undo: (() => Promise<unknown>)[] = []
beforeEach(() => {
  for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY']) vi.stubEnv(name, undefined)
})
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
  vi.unstubAllEnvs()
})

async function listen(server: Server & { closeAllConnections(): void }): Promise<number> {
  server.listen(0, 'localhost')
  await once(server, 'listening')
  undo.push(async () => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

const https = (handler: RequestListener) => listen(createHttpsServer({ key, cert: certificate }, handler))
const http = (handler: RequestListener) => listen(createHttpServer(handler))

function getter(ca?: string) {
  const dispatcher = createGetDispatcher(ca)
  undo.push(async () => dispatcher.destroy())
  return createBoundedGet(dispatcher)
}

describe('createBoundedGet', () => {
  it('gives status and body over verified TLS', async () => {
    const port = await https((request, response) => response.end(`you asked for ${request.url}`))
    expect(await getter(certificate)(`https://localhost:${port}/a?b=c`, limits)).toEqual({
      ok: true,
      status: 200,
      body: Buffer.from('you asked for /a?b=c'),
    })
  })

  it('refuses a server that no authority vouches for', async () => {
    let asked = 0
    const port = await https((_, response) => response.end(String((asked += 1))))
    expect(await getter()(`https://localhost:${port}/`, limits)).toEqual({
      ok: false,
      reason: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    })
    expect(asked).toBe(0)
  })

  it('refuses it also where the environment says not to verify', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    const port = await https((_, response) => response.end('x'))
    expect((await getter()(`https://localhost:${port}/`, limits)).ok).toBe(false)
  })

  it('refuses a server whose certificate bears another name', async () => {
    const port = await https((_, response) => response.end('x'))
    expect(await getter(certificate)(`https://127.0.0.1:${port}/`, limits)).toEqual({
      ok: false,
      reason: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
  })

  it('follows no redirect', async () => {
    const asked: (string | undefined)[] = []
    const port = await http((request, response) => {
      asked.push(request.url)
      response.writeHead(302, { location: '/elsewhere' }).end()
    })
    expect(await getter()(`http://localhost:${port}/here`, limits)).toMatchObject({ ok: true, status: 302 })
    expect(asked).toEqual(['/here'])
  })

  it('takes a body up to the limit, and not one byte more', async () => {
    const port = await http((request, response) => response.end('x'.repeat(Number(request.url?.slice(1)))))
    const get = getter()
    expect(await get(`http://localhost:${port}/1000`, limits)).toMatchObject({ ok: true })
    expect(await get(`http://localhost:${port}/1001`, limits)).toEqual({
      ok: false,
      reason: 'the answer is larger than 1000 bytes',
    })
  })

  it('breaks off a body without end', async () => {
    const closed = Promise.withResolvers<void>()
    const port = await http((_, response) => {
      response.on('close', closed.resolve)
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(500)));
      }
      response.on('drain', more)
      more()
    })
    expect((await getter()(`http://localhost:${port}/`, limits)).ok).toBe(false)
    await closed.promise
  })

  it.each([
    ['silent', () => undefined],
    ['slow in its body', (_: unknown, response: { write(text: string): void }) => response.write('x')],
  ])('gives a server up that is %s', async (_, handler) => {
    const port = await http(handler)
    expect(await getter()(`http://localhost:${port}/`, { ...limits, timeoutMs: 60 })).toEqual({
      ok: false,
      reason: 'no answer in time',
    })
  })

  it('says that nothing listens, without the URL', async () => {
    const port = await http(() => undefined)
    for (const step of undo.splice(0)) await step()
    const answer = await getter()(`http://localhost:${port}/?Token=secret`, limits)
    expect(answer).toEqual({ ok: false, reason: 'ECONNREFUSED' })
  })

  it('goes through the proxy of the environment', async () => {
    const proxied: (string | undefined)[] = []
    const server = createHttpServer()
    server.on('connect', (request, socket) => {
      proxied.push(request.url)
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    })
    vi.stubEnv('https_proxy', `http://localhost:${await listen(server)}`)
    vi.stubEnv('no_proxy', '')
    expect((await getter()('https://sns.eu-west-1.amazonaws.example/?Token=secret', limits)).ok).toBe(false)
    expect(proxied).toEqual(['sns.eu-west-1.amazonaws.example:443'])
  })
})
