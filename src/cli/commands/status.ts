import type { Command } from 'commander'
import path from 'node:path'
import { configFile } from '../../config/load.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { statusText } from '../statusText.ts'

export function addStatusCommand(program: Command, host: CommandHost): void {
  program
    .command('status')
    .description('what needs a person, what waits, what was recorded, what was refused')
    .action(async (_options, command: Command) => {
      const context = contextOf(command, host)
      const { environment, columns } = host.io
      const file = configFile(command.optsWithGlobals<{ config?: string }>().config, environment)
      const { dataFolder } = context.config()
      const status = await context.ask('status', {})
      const whole = { ...status, configFile: file === null ? null : path.resolve(file), dataFolder }
      context.print(whole, (value) => statusText(value, columns))
    })
}
