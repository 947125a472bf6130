import { afterEach, describe, expect, it, vi } from 'vitest'
import { Emitter } from '../../emitter.ts'
import { FakeTime } from '../../testing/fakeTime.ts'
import { type RawConnection, rawConnection } from '../../testing/rawHttp.ts'
import { systemTimers } from '../../timers.ts'
import type { Acceptance, Arrival } from '../accept.ts'
import type { Fault, IngestEvents, Refused } from '../events.ts'
import type { HttpLimits } from './limits.ts'
import { HttpServer } from './server.ts'

const path = '/civicrm/ses/webhook'
const servers: HttpServer[] = []
const connections: RawConnection[] = []

afterEach(async () => {
  for (const { socket } of connections.splice(0)) socket.destroy()
  await Promise.all(servers.splice(0).map(async (server) => server.stop(0)))
})

async function setUp(limits: Partial<HttpLimits> = {}) {
  const events = new Emitter<IngestEvents>()
  const refused: Refused[] = []
  const faults: Fault[] = []
  events.on('refused', (one) => refused.push(one))
  events.on('fault', (one) => faults.push(one))
  const arrivals: Arrival[] = []
  const world = { accept: async (): Promise<Acceptance> => ({ outcome: 'stored' }) }
  const server = new HttpServer({
    acceptor: {
      accept: async (arrival) => {
        arrivals.push(arrival)
        return world.accept()
      },
    },
    events,
    clock: new FakeTime(),
    timers: systemTimers,
    closedFor: () => null,
    isSite: () => true,
    limits,
  })
  servers.push(server)
  const { port } = await server.start({ host: '127.0.0.1', port: 0 })
  const connection = async (): Promise<RawConnection> => {
    const made = await rawConnection(port)
    connections.push(made)
    return made
  }
  return { server, port, refused, faults, arrivals, world, connection }
}

function head(method: string, ...headers: readonly string[]): string {
  return [`${method} ${path} HTTP/1.1`, 'Host: gateway.example.org', ...headers, '', ''].join('\r\n')
}

function post(body: string): string {
  return head('POST', `Content-Length: ${Buffer.byteLength(body)}`) + body
}

describe('bodies', () => {
  it('arrive in pieces, with a length or in chunks, untouched', async () => {
    const { connection, arrivals } = await setUp()
    const peer = await connection()
    peer.send(head('POST', 'Content-Length: 6'))
    peer.send('{"a')
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    peer.send('":1')
    await peer.until('Stored.')
    peer.send(head('POST', 'Transfer-Encoding: chunked'))
    peer.send('3\r\n{"b\r\n')
    peer.send('4\r\n":2}\r\n0\r\n\r\n')
    await peer.until('Stored.\n\r\n'.slice(0, 8))
    await expect.poll(() => arrivals.length).toBe(2)
    expect(arrivals.map(({ body }) => Buffer.from(body).toString())).toEqual(['{"a":1', '{"b":2}'])
  })

  it('that say they are too large are refused before they are sent', async () => {
    const { connection, refused, arrivals } = await setUp()
    const peer = await connection()
    peer.send(head('POST', `Content-Length: ${2 * 1024 * 1024 + 1}`))
    expect(await peer.until('HTTP_BODY_TOO_LARGE')).toMatch(/^HTTP\/1.1 413 /)
    expect(refused).toMatchObject([{ code: 'HTTP_BODY_TOO_LARGE' }])
    expect(arrivals).toEqual([])
  })

  it('that turn out too large are refused while they are sent, and the answer can be read', async () => {
    const { port, refused, arrivals } = await setUp()
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      body: new ReadableStream({
        start(controller) {
          for (let part = 0; part < 40; part++) controller.enqueue(new Uint8Array(64 * 1024))
          controller.close()
        },
      }),
      duplex: 'half',
    })
    expect(response.status).toBe(413)
    expect(await response.text()).toContain('HTTP_BODY_TOO_LARGE')
    expect(refused).toMatchObject([{ code: 'HTTP_BODY_TOO_LARGE' }])
    expect(arrivals).toEqual([])
  })

  it('of the largest size are taken', async () => {
    const { port, arrivals } = await setUp()
    const body = new Uint8Array(2 * 1024 * 1024)
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body })
    expect(response.status).toBe(200)
    expect(arrivals[0]?.body.byteLength).toBe(body.byteLength)
  })

  it('together take no more memory than they may; what they took is given back', async () => {
    const { connection, refused } = await setUp({ heldBytes: 1000 })
    const slow = await connection()
    slow.send(`${head('POST', 'Content-Length: 901')}${'x'.repeat(900)}`)
    const second = await connection()
    await expect
      .poll(async () => {
        second.send(post('x'.repeat(200)))
        return second.received()
      })
      .toContain('HTTP/1.1 503 ')
    expect(refused[0]?.code).toBe('GATEWAY_OVERLOADED')
    slow.send('x')
    await slow.until('Stored.')
    const third = await connection()
    third.send(post('x'.repeat(999)))
    expect(await third.until('Stored.')).toMatch(/^HTTP\/1.1 200 /)
  })

  it('that end before they are complete get no answer that SNS would take as final, and leave nothing behind', async () => {
    const { connection, arrivals, faults, port } = await setUp({ heldBytes: 1000 })
    for (let time = 0; time < 5; time++) {
      const peer = await connection()
      peer.send(`${head('POST', 'Content-Length: 901')}${'x'.repeat(900)}`)
      peer.socket.end()
      expect(await peer.ended()).toBe('')
    }
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: 'x'.repeat(900) })
    expect(response.status).toBe(200)
    expect(arrivals).toHaveLength(1)
    expect(faults).toEqual([])
  })
})

describe('slow peers', () => {
  const quick = { headersMs: 150, requestMs: 300 }

  it('that send nothing are cut off', async () => {
    const { connection } = await setUp(quick)
    expect(await (await connection()).ended()).toBe('')
  })

  it('that drip their headers are cut off without a status that SNS would take as final', async () => {
    const { connection, arrivals } = await setUp(quick)
    const peer = await connection()
    peer.send(`POST ${path} HTTP/1.1\r\n`)
    const drip = setInterval(() => peer.send('X-A: b\r\n'), 20)
    expect(await peer.ended()).toBe('')
    clearInterval(drip)
    expect(arrivals).toEqual([])
  })

  it('that drip their body are cut off, and those that are quick are served meanwhile', async () => {
    // Who is quick is so also on a machine that is not.
    const { connection, arrivals, port } = await setUp({ headersMs: 1500, requestMs: 1500, inWork: 1 })
    const slow = await Promise.all(Array.from({ length: 20 }, connection))
    for (const peer of slow) peer.send(`${head('POST', 'Content-Length: 1000')}{`)
    const drip = setInterval(() => {
      for (const peer of slow) peer.send(' ')
    }, 20)
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: '{}' })
    expect(response.status).toBe(200)
    expect(await Promise.all(slow.map(async (peer) => peer.ended()))).toEqual(slow.map(() => ''))
    clearInterval(drip)
    expect(arrivals).toHaveLength(1)
  })

  it('that stay after an answer are cut off after the idle time', async () => {
    const { connection } = await setUp({ keepAliveMs: 50 })
    const peer = await connection()
    peer.send(post('{}'))
    expect(await peer.ended()).toMatch(/^HTTP\/1.1 200 /)
  })

  it('beyond the number of connections are turned away, and let in when others have gone', async () => {
    const { connection, port, refused } = await setUp({ connections: 3 })
    const held = await Promise.all(Array.from({ length: 3 }, connection))
    for (const peer of held) {
      peer.send(post('{}'))
      await peer.until('Stored.')
      peer.send(head('POST', 'Content-Length: 2'))
    }
    expect(await (await connection()).ended()).toBe('')
    expect(refused).toMatchObject([{ code: 'GATEWAY_OVERLOADED', reason: 'too many connections' }])
    held[0]?.socket.destroy()
    await expect
      .poll(async () =>
        fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: '{}' }).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200)
  })
})

describe('idle connections, where there are as many as may be', () => {
  it('give way to who comes next, and those with a request under way do not', async () => {
    const { connection, port, world, arrivals } = await setUp({ connections: 3 })
    const commit = Promise.withResolvers<Acceptance>()
    const [idle, other, working] = [await connection(), await connection(), await connection()]
    for (const peer of [idle, other]) {
      peer.send(post('{}'))
      await peer.until('Stored.')
    }
    world.accept = async () => commit.promise
    working.send(post('{}'))
    await expect.poll(() => arrivals.length).toBe(3)
    expect(await (await connection()).ended()).toBe('')
    expect(await idle.ended()).toMatch(/^HTTP\/1.1 200 /)
    expect(await other.ended()).toMatch(/^HTTP\/1.1 200 /)
    world.accept = async () => ({ outcome: 'stored' })
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: '{}' })
    expect(response.status).toBe(200)
    commit.resolve({ outcome: 'stored' })
    expect(await working.until('Stored.')).toMatch(/^HTTP\/1.1 200 /)
  })

  it('are looked for now and then, not for each of a flood', async () => {
    const { server, refused } = await setUp()
    const close = vi.spyOn(server.node, 'closeIdleConnections')
    for (let count = 0; count < 1000; count++) server.node.emit('drop')
    expect(refused).toHaveLength(1000)
    expect(close.mock.calls.length).toBeLessThan(100)
    expect(close).toHaveBeenCalled()
  })
})

describe('a connection that the system cannot give', () => {
  it('is counted, and ends neither the process nor the listening', async () => {
    const { server, port, refused } = await setUp()
    server.node.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE', syscall: 'accept' }))
    expect(refused).toMatchObject([{ code: 'GATEWAY_OVERLOADED', reason: expect.stringContaining('EMFILE') }])
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: 'x' })
    expect(response.status).toBe(200)
  })
})

describe('what is no HTTP', () => {
  it.each([
    ['TLS', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03])],
    ['text', 'hello\r\n\r\n'],
    ['two lengths', `${head('POST', 'Content-Length: 2', 'Content-Length: 3')}{}`],
    ['a length and chunks', `${head('POST', 'Content-Length: 2', 'Transfer-Encoding: chunked')}{}`],
    ['a broken chunk', `${head('POST', 'Transfer-Encoding: chunked')}zz\r\n`],
  ])('%s is 400 and the end', async (_name, bytes) => {
    const { connection, arrivals } = await setUp()
    const peer = await connection()
    peer.send(bytes)
    expect(await peer.ended()).toMatch(/^HTTP\/1.1 400 Bad Request\r\n(?:.+\r\n)*\r\n/)
    expect(arrivals).toEqual([])
  })

  it('headers without end are 431', async () => {
    const { connection } = await setUp()
    const peer = await connection()
    peer.send(`POST ${path} HTTP/1.1\r\nX-A: ${'a'.repeat(20_000)}\r\n`)
    expect(await peer.ended()).toMatch(/^HTTP\/1.1 431 /)
  })

  it.each(['PROPFIND', 'QUERY', 'TRACE', 'LOCK'])('%s is HTTP, and 405', async (method) => {
    const { connection } = await setUp()
    const peer = await connection()
    peer.send(head(method, 'Content-Length: 2', 'Content-Type: application/json'))
    peer.send('{}')
    expect(await peer.until('no meaning.')).toMatch(/^HTTP\/1.1 405 [^]*allow: GET, HEAD, POST/)
  })
})

describe('start and stop', () => {
  it('says where it cannot listen', async () => {
    const { port } = await setUp()
    const second = new HttpServer({
      acceptor: { accept: async () => ({ outcome: 'stored' }) },
      events: new Emitter(),
      clock: new FakeTime(),
      timers: systemTimers,
      closedFor: () => null,
      isSite: () => true,
    })
    servers.push(second)
    await expect(second.start({ host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      hint: expect.stringContaining('`listen.port`'),
    })
    // Of a range that is for documents, and so of no machine.
    await expect(second.start({ host: '192.0.2.1', port: 0 })).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      hint: expect.stringMatching(/^Name an address of this machine in `listen.host`/),
    })
  })

  it('finishes what is in work, answers 503 to what still comes, and closes', async () => {
    const { server, connection, world, refused, arrivals } = await setUp()
    const commit = Promise.withResolvers<Acceptance>()
    world.accept = async () => commit.promise
    const [working, reading, idle] = [await connection(), await connection(), await connection()]
    idle.send(head('GET'))
    await idle.until('civicrm-ses')
    working.send(post('{"n":1}'))
    reading.send(`${head('POST', 'Content-Length: 7')}{"n"`)
    await expect.poll(() => arrivals.length).toBe(1)

    const stopped = server.stop(10_000)
    expect(server.stopping).toBe(true)
    expect(await idle.ended()).toMatch(/^HTTP\/1.1 200 /)
    reading.send(':2}')
    expect(await reading.ended()).toMatch(/^HTTP\/1.1 503 [^]*GATEWAY_STOPPING/)
    await expect((await connection()).ended()).resolves.toBe('')

    commit.resolve({ outcome: 'stored' })
    expect(await working.ended()).toMatch(/^HTTP\/1.1 200 [^]*Stored\./)
    await stopped
    await server.stop(0)
    expect(refused).toMatchObject([{ code: 'GATEWAY_STOPPING' }])
    expect(arrivals).toHaveLength(1)
  })

  it('answers 503 and closes where a request follows on a connection that is at work', async () => {
    const { server, connection, world, arrivals } = await setUp()
    const commit = Promise.withResolvers<Acceptance>()
    world.accept = async () => commit.promise
    const peer = await connection()
    peer.send(post('{"n":1}'))
    await expect.poll(() => arrivals.length).toBe(1)
    const stopped = server.stop(10_000)
    // Pipelined: read when the first answer has gone.
    peer.send(post('{"n":2}'))
    commit.resolve({ outcome: 'stored' })
    const text = await peer.ended()
    expect(text).toMatch(/^HTTP\/1.1 200 [^]*Stored\./)
    expect(text.includes('HTTP/1.1 200', 12)).toBe(false)
    await stopped
    expect(arrivals).toHaveLength(1)
  })

  it('cuts soon what stalls within a request, of which nothing is taken on, and nothing that is at work', async () => {
    const { server, connection, world, arrivals } = await setUp({ stopMs: 50 })
    const commit = Promise.withResolvers<Acceptance>()
    world.accept = async () => commit.promise
    const [working, inHead, inBody, elsewhere, silent] = [
      await connection(),
      await connection(),
      await connection(),
      await connection(),
      await connection(),
    ]
    let begun = 0
    server.node.on('request', () => begun++)
    working.send(post('{"n":1}'))
    inHead.send('POST /civicrm')
    inBody.send(`${head('POST', 'Content-Length: 7')}{"n"`)
    elsewhere.send('POST /elsewhere HTTP/1.1\r\nHost: gateway.example.org\r\nContent-Length: 7\r\n\r\n{"n"')
    await expect.poll(() => [begun, arrivals.length]).toEqual([3, 1])
    const stopped = server.stop(600_000)
    for (const stalled of [inHead, inBody, silent]) expect(await stalled.ended()).toBe('')
    await elsewhere.ended()
    commit.resolve({ outcome: 'stored' })
    expect(await working.ended()).toMatch(/^HTTP\/1.1 200 [^]*Stored\./)
    await stopped
    expect(arrivals).toHaveLength(1)
  })

  it('cuts at the deadline what does not end', async () => {
    const { server, connection, world, arrivals } = await setUp()
    world.accept = async () => new Promise(() => undefined)
    const peer = await connection()
    peer.send(post('{}'))
    await expect.poll(() => arrivals.length).toBe(1)
    const stopped = server.stop(50)
    expect(await peer.ended()).toBe('')
    await stopped
  })
})
