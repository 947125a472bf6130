import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { GatewayProcess } from '../../tools/chaos/gatewayProcess.ts'
import { prepare } from '../../tools/chaos/prepare.ts'
import { httpPost } from '../simulator/transport.ts'

/** A process that may have no more files open than an idle gateway has, and a few connections. */

let folder: string
let held: Socket[]

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'descriptors-'))
  held = []
})
afterEach(async () => {
  for (const socket of held) socket.destroy()
  await rm(folder, { recursive: true, force: true })
})

/** Takes connections and keeps them. Resolves when one of them was let in or turned away. */
async function hold(port: number): Promise<'open' | 'closed'> {
  const socket = connect({ host: '127.0.0.1', port })
  held.push(socket)
  return new Promise((resolve) => {
    socket.on('error', () => undefined)
    socket.once('close', () => resolve('closed'))
    // A turned away one is closed as soon as it was made: an answer is what tells one that is in.
    socket.once('data', () => resolve('open'))
    socket.write('GET /healthz HTTP/1.1\r\nHost: gateway.example.org\r\n\r\n')
  })
}

it('a gateway that has no file descriptor left turns connections away, and goes on when there are some', async () => {
  const prepared = await prepare({ engine: 'sqlite', instances: 1, crm: 'builtin' }, folder, 'descriptors')
  const [instance] = prepared.instances
  if (instance === undefined) throw new Error('one was asked for')
  const job = { config: instance.config, kill: null, report: null, synchronous: 'FULL' } as const
  const gateway = GatewayProcess.start(job, prepared.logFile, ['sh', '-c', 'ulimit -n 70; exec "$@"', 'sh'])
  const port = await gateway.port
  const http = httpPost({ url: instance.url })
  const post = async (text: string): Promise<number | null> =>
    (await http.post(prepared.topic.notification({ message: text }))).status
  try {
    expect(await post('{"n":1}')).toBe(200)
    let answer = await hold(port)
    while (answer === 'open' && held.length < 200) answer = await hold(port)
    expect(answer).toBe('closed')
    expect(held.length).toBeGreaterThan(5)
    // Over the connection that it has: what is accepted is stored, also now.
    expect(await post('{"n":2}')).toBe(200)
    for (const socket of held.splice(0)) socket.destroy()
    await expect.poll(async () => hold(port), { timeout: 20_000, interval: 50 }).toBe('open')
    expect(await post('{"n":3}')).toBe(200)
  } finally {
    await http.close()
    await gateway.leave()
    await prepared.engine.close()
  }
})
