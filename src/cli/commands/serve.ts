import type { Command } from 'commander'
import { Gateway } from '../../main.ts'
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
      const gateway = await Gateway.start({ config: config() })
      await aborted(io.stopped)
      await gateway.stop()
    })
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
