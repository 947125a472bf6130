import { createServer } from 'node:net'
import { TestbedProblem } from './problem.ts'

/** Everything the test bed serves is for this machine alone. */
export const host = '127.0.0.1'

/** A port that was asked for and is taken is an error; the remembered one is only preferred. */
export async function choosePort(asked: number | undefined, remembered: number | undefined): Promise<number> {
  if (asked !== undefined) {
    if (await bind(asked)) return asked
    throw new TestbedProblem(`port ${asked} on ${host} is in use`, 'Leave the option away to have a free port chosen.')
  }
  if (remembered !== undefined && (await bind(remembered))) return remembered
  const free = await bind(0)
  if (free === undefined) throw new TestbedProblem(`no free port on ${host}`)
  return free
}

/** The port got (a fresh one for 0), undefined where it is taken. It is free again afterwards. */
function bind(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, host, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined))
    })
  })
}
