import { BlockList, isIP } from 'node:net'

/** Headers by which proxies say that they ask for somebody else. */
const forwarding = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'] as const

/** 127/8 and ::1, and the former written as IPv6. */
function loopback(): BlockList {
  const list = new BlockList()
  list.addSubnet('127.0.0.0', 8, 'ipv4')
  list.addAddress('::1', 'ipv6')
  return list
}

/**
 * Whether a request was made on this machine, by itself and not for another. A web server in front makes
 * its connections from here too: what it passes on bears a header of it (a proxy that adds none cannot be
 * told apart, which is why only harmless numbers are given on the strength of this).
 */
export function isLocal(request: {
  readonly headers: Readonly<Record<string, unknown>>
  readonly remoteAddress: string | undefined
}): boolean {
  const { remoteAddress = '', headers } = request
  if (forwarding.some((name) => headers[name] !== undefined)) return false
  const family = isIP(remoteAddress)
  return family !== 0 && loopback().check(remoteAddress, family === 4 ? 'ipv4' : 'ipv6')
}
