/**
 * Sender Rewriting Scheme: a forwarder makes itself the envelope sender and keeps the original within,
 * `SRS0=hash=time=domain=local@forwarder` (a second one: `SRS1=hash=first==hash=time=domain=local@second`).
 */

const first = /^SRS0[=+-][^=@]*=[^=@]*=([^=@]+)=(.+)@[^@]+$/i
const second = /^SRS1[=+-][^=@]*=[^=@]*=[=+-][^=@]*=[^=@]*=([^=@]+)=(.+)@[^@]+$/i

/** The address before the rewriting; null if it is not of this form. */
export function originalOfSrs(address: string): string | null {
  const parts = first.exec(address) ?? second.exec(address)
  return parts === null ? null : `${parts[2]}@${parts[1]}`
}
