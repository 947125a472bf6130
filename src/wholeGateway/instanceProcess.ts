import { writeSync } from 'node:fs'
import { type GatewaySeamName, gatewaySeamNames } from '../compose/seam.ts'
import { loadConfig } from '../config/load.ts'
import { Gateway } from '../main.ts'

/**
 * A gateway as a process of its own that suspends itself the first time it comes to a seam, as a machine that is
 * frozen does, and says so just before. Arguments: configuration file, seam, milliseconds of a lease.
 */
const [file, seamName = '', leaseMs = ''] = process.argv.slice(2)
const stopsAt: GatewaySeamName | undefined = gatewaySeamNames.find((name) => name === seamName)
let stopped = false

const gateway = await Gateway.start({
  config: loadConfig(file, {}),
  leaseLimits: { leaseMs: Number(leaseMs), roundMs: Number(leaseMs) / 4 },
  seam: (name) => {
    if (name !== stopsAt || stopped) return
    stopped = true
    writeSync(1, 'suspended\n')
    process.kill(process.pid, 'SIGSTOP')
  },
})
writeSync(1, 'started\n')
process.once('SIGTERM', () => void gateway.stop())
