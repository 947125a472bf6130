import { readFile, writeFile } from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { SMTPServer } from 'smtp-server'
import { z } from 'zod'

const webhookBody = z.object({
  subject: z.string(),
  text: z.string(),
  test: z.boolean(),
  alarms: z.array(
    z.object({ kind: z.string(), news: z.string(), subject: z.string(), times: z.number(), detail: z.string() }),
  ),
})

export type ReceivedAlarms = z.output<typeof webhookBody>

/** A webhook, a mail server and a program, all on this machine, that take alarms as a person would get them. */
export class AlarmReceivers {
  readonly webhooks: ReceivedAlarms[] = []
  readonly tokens: (string | undefined)[] = []
  readonly mails: {
    readonly from: string
    readonly to: readonly string[]
    readonly text: string
    readonly user: string
  }[] = []
  /** What the webhook answers. */
  status = 200
  readonly #folder: string
  readonly #http: http.Server
  readonly #smtp: SMTPServer

  private constructor(folder: string) {
    this.#folder = folder
    this.#http = http.createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        response.statusCode = this.status
        response.end()
        if (this.status !== 200) return
        this.tokens.push(request.headers.authorization)
        this.webhooks.push(webhookBody.parse(JSON.parse(Buffer.concat(parts).toString('utf8'))))
      })
    })
    this.#smtp = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      logger: false,
      onAuth: ({ username = '', password = '' }, _session, done) =>
        password === 'sesame' ? done(null, { user: username }) : done(new Error('535 wrong password')),
      onData: (stream, session, done) => {
        const parts: Buffer[] = []
        stream.on('data', (part: Buffer) => parts.push(part))
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope
          this.mails.push({
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            text: Buffer.concat(parts).toString('utf8'),
            user: String(session.user ?? ''),
          })
          done()
        })
      },
    })
  }

  static async start(folder: string): Promise<AlarmReceivers> {
    const receivers = new AlarmReceivers(folder)
    await Promise.all([
      new Promise<void>((resolve) => {
        receivers.#http.listen(0, '127.0.0.1', resolve)
      }),
      new Promise<void>((resolve) => {
        receivers.#smtp.listen(0, '127.0.0.1', resolve)
      }),
      writeFile(path.join(folder, 'password'), 'sesame\n'),
      writeFile(path.join(folder, 'token'), 'open\n'),
    ])
    return receivers
  }

  /** All three, for the configuration file. */
  channels(): readonly object[] {
    const { address: host, port } = portOf(this.#smtp.server.address())
    const program = `const fs=require('fs');fs.appendFileSync(process.argv[1],process.env.CIVICRM_SES_ALARM_SUBJECT+'\\n'+fs.readFileSync(0,'utf8'))`
    return [
      { type: 'webhook', url: `http://127.0.0.1:${portOf(this.#http.address()).port}/hook`, tokenFile: 'token' },
      {
        type: 'email',
        host,
        port,
        security: 'none',
        user: 'gateway',
        passwordFile: 'password',
        from: 'gateway@example.org',
        to: ['admin@example.org'],
      },
      { type: 'command', command: [process.execPath, '-e', program, this.#commandFile] },
    ]
  }

  /** What the program wrote down. */
  async commandText(): Promise<string> {
    return readFile(this.#commandFile, 'utf8').catch(() => '')
  }

  async close(): Promise<void> {
    this.#http.closeAllConnections()
    await Promise.all([
      new Promise<void>((resolve) => {
        this.#http.close(() => resolve())
      }),
      new Promise<void>((resolve) => {
        this.#smtp.close(() => resolve())
      }),
    ])
  }

  get #commandFile(): string {
    return path.join(this.#folder, 'told')
  }
}

function portOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('it does not listen on a port')
  return address
}
