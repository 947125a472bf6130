import { spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { type Channel, sendTimeoutMs } from './channel.ts'

export interface CommandSettings {
  readonly name: string
  /** Program and arguments; no shell. */
  readonly command: readonly string[]
}

/** What a program needs to run at all. The rest of our environment holds credentials that are none of its business. */
const passedOn = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'] as const

const longestError = 2000

/**
 * Runs a program: the text on its standard input, subject and JSON in its environment
 * (`CIVICRM_SES_ALARM_SUBJECT`, `CIVICRM_SES_ALARM_JSON`). Exit code 0 counts as taken.
 */
export function commandChannel({ name, command: [program = '', ...args] }: CommandSettings): Channel {
  return {
    name,
    async send({ subject, text, alarms, at, leftOut, test }, signal) {
      const inherited = passedOn.flatMap((key) => {
        const value = process.env[key]
        return value === undefined ? [] : [[key, value] as const]
      })
      const child = spawn(program, args, {
        env: {
          ...Object.fromEntries(inherited),
          CIVICRM_SES_ALARM_SUBJECT: subject,
          CIVICRM_SES_ALARM_JSON: JSON.stringify({ subject, at, alarms, leftOut, test }),
        },
        stdio: ['pipe', 'ignore', 'pipe'],
        signal,
        killSignal: 'SIGKILL',
        timeout: sendTimeoutMs,
      })
      let said = ''
      child.stderr.setEncoding('utf8').on('data', (part: string) => {
        if (said.length < longestError) said += part
      })
      // A program need not read its input.
      child.stdin.on('error', () => undefined)
      child.stdin.end(text)
      await new Promise<void>((resolve, reject) => {
        child.once('error', (error: NodeJS.ErrnoException) =>
          reject(new Error(words(program, error), { cause: error })),
        )
        // What it has begun and left at work (a mailer that delivers later, say) may hold its error output open for long.
        child.once('exit', (code) => {
          if (code !== 0) return
          if (child.stderr instanceof Socket) child.stderr.unref()
          resolve()
        })
        child.once('close', (code, killedBy) => {
          const how = code === null ? `was ended by ${killedBy}` : `ended with ${code}`
          reject(new Error(`${program} ${how}${said === '' ? '' : `: ${said.trim().slice(0, longestError)}`}`))
        })
      })
    },
  }
}

/** Of a program that could not be run at all. */
function words(program: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT')
    return `there is no program ${program}: write its whole path, as the gateway sees it, without a shell and its words`
  return code === 'EACCES' ? `${program} may not be run: the gateway's user needs the right to execute it` : message
}
