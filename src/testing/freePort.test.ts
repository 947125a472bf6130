import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { freePort } from './freePort.ts'

it('a free port can be listened at, and is none that a client is given meanwhile', async () => {
  for (let round = 0; round < 20; round += 1) {
    const port = await freePort()
    // Where Linux begins; others begin higher.
    expect(port).toBeLessThan(32_768)
    const server = createServer().listen(port, '127.0.0.1')
    await once(server, 'listening')
    await once(server.close(), 'close')
  }
})
