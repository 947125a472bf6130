import type { Command } from 'commander'
import { stringify } from 'yaml'
import { policyContent } from '../../civimail/policy/presets.ts'
import { presetNames } from '../../civimail/policy/schema.ts'
import { systemClock } from '../../clock.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { exitCodes } from '../fail.ts'
import { parseCount } from '../numbers.ts'
import { policyNamed } from '../policyFile.ts'
import { whatIfText } from '../whatIfText.ts'
import { parseSpan } from '../times.ts'

interface DiffOptions {
  readonly site?: string
  readonly since?: string
  readonly before?: string
  readonly limit: string
}

export function addPolicyCommand(program: Command, host: CommandHost): void {
  const policy = program
    .command('policy <preset>')
    .description(`print the rules of a preset (${presetNames.join(', ')}) as YAML, to read or to start your own from`)
    // It does something itself and has a command below it.
    .option('--json', 'answer as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  civicrm-ses policy careful > policy.yaml\n  civicrm-ses policy diff policy.yaml --since 90d\n',
    )
    .action((name: string, _options, command: Command) => {
      const preset = presetNames.find((one) => one === name)
      if (preset === undefined)
        throw new GatewayError('COMMAND_USAGE', `there is no preset "${name}": ${presetNames.join(', ')}`)
      contextOf(command, host).print({ policy: policyContent({ preset }) }, (file) => stringify(file))
    })

  policy
    .command('diff <file>')
    .description('run a policy over the stored history and say who would have fared otherwise; nothing is changed')
    .option('--site <site>', 'only the history of this site')
    .option(
      '--since <time>',
      'only mail events seen since (12h, 7d, 2026-11-24, 2026-11-24T10:00; UTC unless it names a zone)',
    )
    .option('--before <time>', 'only mail events seen before')
    .option('--limit <number>', 'recipients named one by one, at most', '200')
    .addHelpText(
      'after',
      '\nThe file is what "civicrm-ses policy" prints, or the name of a preset.\n\nExamples:\n' +
        '  civicrm-ses policy diff careful --site main\n  civicrm-ses policy diff policy.yaml --since 90d --json\n',
    )
    .action(async (file: string, options: DiffOptions, command: Command) => {
      const context = contextOf(command, host)
      const now = systemClock.now()
      const { site, limit } = options
      const report = await context.ask('policy.diff', {
        policy: policyNamed(file),
        site,
        ...parseSpan(options, now),
        details: parseCount(limit, '--limit', 10_000),
      })
      context.print(report, (value) => whatIfText(value, host.io.columns))
      if (report.brokenOff) context.setExitCode(exitCodes.failed)
    })
}
