import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')

/** The program as people start it. */
export const program = path.join(root, 'bin/civicrm-ses.js')

/** Runs a script of Node to its end. @returns its standard output @throws with its standard error where it failed */
export async function runNode(...argv: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] })
  let [output, errors] = ['', '']
  child.stdout.on('data', (part: Buffer) => (output += part.toString()))
  child.stderr.on('data', (part: Buffer) => (errors += part.toString()))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${argv.slice(0, 2).join(' ')} ended with ${code}: ${errors}${output}`)
  return output
}
