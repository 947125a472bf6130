import type { Command } from 'commander'
import { setTimeout } from 'node:timers/promises'
import { environmentRisks } from '../../config/environmentRisks.ts'
import type { Config } from '../../config/schema.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { Gateway } from '../../main.ts'
import { untilAborted } from '../../timers.ts'
import { type CommandHost, contextOf } from '../context.ts'

export function addServeCommand(program: Command, host: CommandHost): void {
  program
    .command('serve')
    .description('run the gateway until it is told to stop (SIGTERM, Ctrl-C)')
    .addHelpText(
      'after',
      '\nLogs JSON lines to standard output. Put a web server with TLS in front: docs/operators/web-server.md.\n\n' +
        'Example:\n  civicrm-ses serve --config /etc/civicrm-ses.yaml\n',
    )
    .action(async (_options, command: Command) => {
      const { io, config } = contextOf(command, host)
      for (const { about, message } of environmentRisks(io.environment)) io.err(`Warning: ${about}: ${message}.\n`)
      for (let patience = atFirst; ; patience = afterMove) {
        const gateway = await startAtHome(config, patience)
        const moved = await Promise.race([untilAborted(io.stopped), gateway.moved])
        await gateway.stop()
        if (moved === undefined) return io.leave()
        // The configuration is read anew: whoever moved the installation has named its new place there.
        io.err(`The installation has moved to ${moved}; starting there.\n`)
      }
    })
}

/** For how long it waits for a place that the command which moves everything is not through with. */
interface Patience {
  readonly codes: readonly string[]
  readonly ms: number
}

/** Between the moment at which the old place is left and the one at which the new one is home. */
const atFirst: Patience = { codes: ['STORAGE_ARRIVING'], ms: 10_000 }

/** The command has the new place's files open for a moment longer, and a server that is busy takes its time. */
const afterMove: Patience = { codes: ['STORAGE_ARRIVING', 'STORAGE_LOCKED'], ms: 60_000 }

const tryEveryMs = 250

/** @throws GatewayError as {@link Gateway.start} */
async function startAtHome(config: () => Config, { codes, ms }: Patience): Promise<Gateway> {
  for (let left = ms; ; left -= tryEveryMs) {
    try {
      return await Gateway.start({ config: config() })
    } catch (error) {
      if (!(error instanceof GatewayError) || !codes.includes(error.code) || left <= 0) throw error
    }
    await setTimeout(tryEveryMs)
  }
}
