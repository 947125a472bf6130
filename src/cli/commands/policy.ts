import type { Command } from 'commander'
import { stringify } from 'yaml'
import { policyContent } from '../../civimail/policy/presets.ts'
import { presetNames } from '../../civimail/policy/schema.ts'
import { GatewayError } from '../../errors/gatewayError.ts'
import { type CommandHost, contextOf } from '../context.ts'

export function addPolicyCommand(program: Command, host: CommandHost): void {
  program
    .command('policy <preset>')
    .description(`print the rules of a preset (${presetNames.join(', ')}) as YAML, to read or to start your own from`)
    .addHelpText('after', '\nExample:\n  civicrm-ses policy careful > policy.yaml\n')
    .action((name: string, _options, command: Command) => {
      const preset = presetNames.find((one) => one === name)
      if (preset === undefined)
        throw new GatewayError('COMMAND_USAGE', `there is no preset "${name}": ${presetNames.join(', ')}`)
      contextOf(command, host).print(policyContent({ preset }), (content) => stringify({ policy: content }))
    })
}
