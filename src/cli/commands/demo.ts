import type { Command } from 'commander'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { GatewayError } from '../../errors/gatewayError.ts'
import { untilAborted } from '../../timers.ts'
import { type CommandHost, contextOf } from '../context.ts'
import { demoText } from '../demo/demoText.ts'
import { type DemoOptions, type DemoResult, runDemo } from '../demo/runDemo.ts'
import { exitCodes } from '../fail.ts'
import { parseCount } from '../numbers.ts'
import { jsonLine } from '../output.ts'
import { policyNamed } from '../policyFile.ts'

interface Options {
  readonly once?: boolean
  readonly port?: string
  readonly twice?: boolean
  readonly shuffle?: string
  readonly policy?: string
}

export function addDemoCommand(program: Command, host: CommandHost): void {
  program
    .command('demo')
    .description("see it work: one mailing's worth of signed feedback, without AWS and without CiviCRM")
    .option('--once', 'end afterwards; exit code 0 only if all came out as it must')
    .option('--port <number>', 'port to listen at (default: a free one)')
    .option('--twice', 'send every report twice')
    .option('--shuffle <seed>', 'send in a random order')
    .option(
      '--policy <file>',
      'by other rules (YAML of "policy", or the name of a preset); compared with the preset standard',
    )
    .action(async (options: Options, command: Command) => {
      const context = contextOf(command, host)
      const { io } = host
      const folder = await mkdtemp(path.join(tmpdir(), 'civicrm-ses-demo-'))
      try {
        const result = await runDemo(demoOptions(folder, options)).catch(adviseOfPort)
        const asJson = command.optsWithGlobals<{ json?: boolean }>().json === true
        io.out(asJson ? jsonLine(resultJson(result)) : demoText(result, io.columns))
        if (!result.ok) context.setExitCode(exitCodes.failed)
        if (options.once !== true) {
          const url = `http://127.0.0.1:${result.gateway.port}/civicrm/ses/webhook`
          const say = asJson ? io.err : io.out
          say(`\nIt goes on listening at ${url} (Ctrl-C ends it).\n`)
          await untilAborted(io.stopped)
        }
        await result.gateway.stop()
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    })
}

/** The demonstration has no configuration in which another port could be named. */
function adviseOfPort(error: unknown): never {
  if (!(error instanceof GatewayError) || error.code !== 'LISTEN_FAILED') throw error
  throw new GatewayError(error.code, error.message, {
    cause: error,
    hint: 'Name another one with --port, or leave it out: then a free one is taken.',
  })
}

function demoOptions(folder: string, options: Options): DemoOptions {
  return {
    folder,
    port: options.port === undefined ? 0 : parseCount(options.port, '--port', 65_535),
    twice: options.twice ?? false,
    shuffle: options.shuffle ?? null,
    ...(options.policy === undefined ? {} : { policy: policyNamed(options.policy) }),
  }
}

function resultJson({ ok, sent, wrongAnswers, lines }: DemoResult): unknown {
  return {
    ok,
    sent,
    wrongAnswers,
    people: lines.map(({ person, state, right, entries }) => ({
      name: person.name,
      email: person.email,
      said: person.said,
      state,
      right,
      decisions: entries.map(({ decision, effects }) => ({
        rule: decision.rule,
        explanation: decision.explanation,
        effects: effects.map((one) => ({ effect: one.effect.effect, state: one.state })),
      })),
    })),
  }
}
