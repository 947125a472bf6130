export interface Header {
  readonly name: string
  readonly value: string
}

/** The SES account that sent, as records name it. */
export interface SendingAccount {
  /** Twelve digits. */
  readonly id: string
  readonly region: string
  /** The verified domain or address. */
  readonly identity: string
  readonly configurationSet: string
  readonly callerIdentity: string
  readonly sourceIp: string
}

/** One mail as SES took it, whoever wrote it. */
export interface SentMail {
  /** SES's own id. */
  readonly messageId: string
  /** Epoch milliseconds. */
  readonly sentAt: number
  /** Envelope sender; SES may show it with a display name. */
  readonly source: string
  /** Every recipient of the envelope, Bcc too. */
  readonly destination: readonly string[]
  /** As they came, in order, unfolded. */
  readonly headers: readonly Header[]
  readonly account: SendingAccount
  /** The sender's own message tags. */
  readonly tags?: Readonly<Record<string, readonly string[]>>
}

/** Value of the first header of that name; null where there is none. */
export function headerOf(mail: SentMail, name: string): string | null {
  const wanted = name.toLowerCase()
  return mail.headers.find((header) => header.name.toLowerCase() === wanted)?.value ?? null
}
