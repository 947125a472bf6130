import { readFile } from 'node:fs/promises'
import { createTransport } from 'nodemailer'
import { type Channel, sendTimeoutMs } from './channel.ts'

export interface EmailSettings {
  readonly name: string
  readonly host: string
  readonly port: number
  /** `starttls` demands it; `tls` speaks it from the beginning; `none` is for a server on this machine. */
  readonly security: 'starttls' | 'tls' | 'none'
  readonly user: string | null
  /** File with the password; read for each message, so that it can be renewed. */
  readonly passwordFile: string | null
  readonly from: string
  readonly to: readonly string[]
}

/** Sends a plain text by SMTP. Marked as automatic (RFC 3834), so that no out-of-office reply comes back. */
export function emailChannel(settings: EmailSettings): Channel {
  const { name, host, port, security, user, passwordFile, from, to } = settings
  return {
    name,
    async send({ subject, text }, signal) {
      const pass = passwordFile === null ? '' : (await readFile(passwordFile, 'utf8')).trim()
      const transport = createTransport({
        host,
        port,
        secure: security === 'tls',
        requireTLS: security === 'starttls',
        ignoreTLS: security === 'none',
        ...(user === null ? {} : { auth: { user, pass } }),
        connectionTimeout: 10_000,
        greetingTimeout: 10_000,
        socketTimeout: sendTimeoutMs,
        // Our texts come from elsewhere in part: nothing in them may read a file or fetch an address.
        disableFileAccess: true,
        disableUrlAccess: true,
      })
      const end = (): void => transport.close()
      signal.addEventListener('abort', end, { once: true })
      try {
        await transport.sendMail({
          from,
          to: [...to],
          subject,
          text,
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        })
      } finally {
        signal.removeEventListener('abort', end)
        transport.close()
      }
    },
  }
}
