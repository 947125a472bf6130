import { once } from 'node:events'
import { type IncomingHttpHeaders, type Server, createServer } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeTime } from '../testing/fakeTime.ts'
import { simulatedSns } from '../testing/simulatedSns.ts'
import { type HttpPost, httpPost } from './transport.ts'

const request = simulatedSns(new FakeTime()).topic.notification({ message: '{"a":"😀"}\n' })

describe('httpPost', () => {
  let server: Server
  let received: { readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: string }[]
  let status: number | null
  let url: string
  let client: HttpPost

  beforeEach(async () => {
    received = []
    status = 200
    server = createServer((incoming, response) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        const { url = '', headers } = incoming
        received.push({ url, headers, body: Buffer.concat(chunks).toString() })
        if (status !== null) response.writeHead(status, { location: '/elsewhere' }).end('x'.repeat(100_000))
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    url = `http://127.0.0.1:${port}/?civiwp=CiviCRM&q=civicrm%2Fses%2Fwebhook`
    client = httpPost({ url, connections: 1 })
  })
  afterEach(async () => {
    server.closeAllConnections()
    server.close()
    await client.close()
  })

  it("posts the bytes and SNS's headers to the address as it is", async () => {
    expect(await client.post(request)).toEqual({ status: 200, ms: expect.any(Number) })
    expect(received).toHaveLength(1)
    expect(received[0]).toMatchObject({ url: '/?civiwp=CiviCRM&q=civicrm%2Fses%2Fwebhook', body: request.body })
    expect(received[0]?.headers).toMatchObject({ ...request.headers, 'content-length': expect.any(String) })
  })

  it('follows no redirect, and uses its connection again', async () => {
    status = 301
    expect(await client.post(request)).toMatchObject({ status: 301, words: 'x'.repeat(300) })
    expect(await client.post(request)).toMatchObject({ status: 301 })
    expect(received.map(({ url }) => url.slice(0, 3))).toEqual(['/?c', '/?c'])
  })

  it('says that no answer came in time', async () => {
    status = null
    const hasty = httpPost({ url, timeoutMs: 300 })
    expect(await hasty.post(request)).toMatchObject({ status: null, error: 'timeout' })
    await hasty.close()
  })

  it('says that nobody is there', async () => {
    const nobody = httpPost({ url: 'http://127.0.0.1:1/' })
    expect(await nobody.post(request)).toMatchObject({ status: null, error: 'ECONNREFUSED' })
    await nobody.close()
  })
})
