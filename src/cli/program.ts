import { type AddHelpTextContext, Command } from 'commander'
import { addAlarmsCommand } from './commands/alarms.ts'
import { addBackupCommand } from './commands/backup.ts'
import { addCheckCommand } from './commands/check.ts'
import { addContactsCommand } from './commands/contacts.ts'
import { addDeadLettersCommand } from './commands/deadLetters.ts'
import { addDemoCommand } from './commands/demo.ts'
import { addDrainQueueCommand } from './commands/drainQueue.ts'
import { addEventsCommand } from './commands/events.ts'
import { addInspectCommand } from './commands/inspect.ts'
import { addKeysCommand } from './commands/keys.ts'
import { addMoveDatabaseCommand } from './commands/moveDatabase.ts'
import { addPolicyCommand } from './commands/policy.ts'
import { addReleasesCommand } from './commands/releases.ts'
import { addQueuesCommand } from './commands/queues.ts'
import { addReplayCommand } from './commands/replay.ts'
import { addRestoreCommand } from './commands/restore.ts'
import { addServeCommand } from './commands/serve.ts'
import { addPersonCommands } from './commands/persons.ts'
import { addRetentionCommand } from './commands/retention.ts'
import { addSetAsideCommand } from './commands/setAside.ts'
import { addSimulateCommand } from './commands/simulate.ts'
import { addSitesCommand } from './commands/sites.ts'
import { addStatusCommand } from './commands/status.ts'
import { addWaitingCommand } from './commands/waiting.ts'
import { addTopicsCommand } from './commands/topics.ts'
import { addUncertainCommand } from './commands/uncertain.ts'
import { addUndoCommand } from './commands/undo.ts'
import type { CommandFile, CommandHost } from './context.ts'
import { examples, examplesText } from './examples.ts'
import { exitCodes } from './fail.ts'
import { version } from './version.ts'

/** In the order in which an administrator meets them. */
const commands: readonly CommandFile[] = [
  addDemoCommand,
  addServeCommand,
  addCheckCommand,
  addSitesCommand,
  addTopicsCommand,
  addQueuesCommand,
  addDrainQueueCommand,
  addPolicyCommand,
  addStatusCommand,
  addWaitingCommand,
  addAlarmsCommand,
  addEventsCommand,
  addContactsCommand,
  addDeadLettersCommand,
  addReplayCommand,
  addSetAsideCommand,
  addUncertainCommand,
  addUndoCommand,
  addRetentionCommand,
  addReleasesCommand,
  addPersonCommands,
  addInspectCommand,
  addSimulateCommand,
  addMoveDatabaseCommand,
  addBackupCommand,
  addRestoreCommand,
  addKeysCommand,
]

/** The whole command line; commander throws instead of ending the process. */
export function buildProgram(host: CommandHost): Command {
  const program = new Command('civicrm-ses')
    .description('Gateway between Amazon SES and CiviCRM: bounces and complaints, each recorded once.')
    .version(version())
    .option('--config <file>', 'configuration file (default: civicrm-ses.yaml, if it is there)')
    .option('--json', 'answer as JSON')
    // What is wrong with a call is reported like every other error: `runCommand`.
    .configureOutput({ writeOut: host.io.out, writeErr: host.io.err, outputError: () => undefined })
    .exitOverride()
  for (const add of commands) add(program, host)
  program.addHelpText('after', examplesText(''))
  inherit(program)
  program.addHelpText('beforeAll', refuseUnknown)
  return program
}

/**
 * Of a command that is not there commander shows the help of those above it, without a word.
 * @returns nothing to be put before the help
 */
function refuseUnknown({ error, command }: AddHelpTextContext): string {
  const [help, name] = command.args
  if (error && help === 'help' && name !== undefined && name !== help)
    command.error(`unknown command '${name}'`, { code: 'commander.unknownCommand', exitCode: exitCodes.usage })
  return ''
}

/** `--json` and `--config` work behind every subcommand too, where people write them. */
function inherit(program: Command, above = ''): void {
  for (const command of program.commands) {
    command.exitOverride().configureOutput(program.configureOutput())
    const has = (flag: string): boolean => command.options.some((option) => option.long === flag)
    // `events` does something itself and has a command below it.
    if (command.commands.length === 0 || command.options.length > 0) {
      if (!has('--json')) command.option('--json', 'answer as JSON')
      if (!has('--config')) command.option('--config <file>', 'configuration file')
    }
    const name = `${above}${command.name()}`
    if (name in examples) command.addHelpText('after', examplesText(name))
    inherit(command, `${name} `)
  }
}
