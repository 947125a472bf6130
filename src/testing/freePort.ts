import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Below the ports that systems give to clients, and to servers that ask for any: until the port is listened at, and
 * while a server on it is down, nobody is given it by chance.
 */
const range = { from: 20_000, to: 32_768 }

/** A port on loopback at which nothing listens. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(range.from, range.to)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const outcome = Promise.withResolvers<boolean>()
  server.once('error', () => outcome.resolve(false))
  server.listen(port, '127.0.0.1', () => outcome.resolve(true))
  const isOurs = await outcome.promise
  if (isOurs) await once(server.close(), 'close')
  return isOurs
}
