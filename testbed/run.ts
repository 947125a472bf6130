import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { TestbedProblem } from './problem.ts'

export interface Command {
  readonly name: string
  readonly arguments: readonly string[]
  readonly folder?: string
  /** Added to this process's environment. */
  readonly environment?: Readonly<Record<string, string>>
  /** Where the whole output goes; the message of a failure quotes only its end. */
  readonly log?: string
}

/**
 * Runs a command to its end and returns its standard output.
 *
 * @throws TestbedProblem with the last lines of its output, if it does not end with status 0
 */
export async function run(command: Command): Promise<string> {
  const child = spawn(command.name, command.arguments, {
    cwd: command.folder,
    env: { ...process.env, ...command.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log = command.log === undefined ? undefined : createWriteStream(command.log, { flags: 'w', mode: 0o600 })
  const output: Buffer[] = []
  const all: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => {
    output.push(chunk)
    all.push(chunk)
    log?.write(chunk)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    all.push(chunk)
    log?.write(chunk)
  })
  const status = await new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  })
  log?.end()
  if (status !== 0) {
    const end = Buffer.concat(all).toString('utf8').trim().split('\n').slice(-15).join('\n')
    throw new TestbedProblem(
      `${command.name} ended with ${status}${end === '' ? '' : `:\n${end}`}`,
      command.log === undefined ? '' : `The whole output is in ${command.log}.`,
    )
  }
  return Buffer.concat(output).toString('utf8')
}
