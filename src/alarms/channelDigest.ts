import { createHash } from 'node:crypto'

/** A channel as it is configured, without showing how: chat services put the secret into the address. */
export interface ChannelDigest {
  readonly name: string
  readonly digest: string
}

export function channelDigests(channels: readonly { readonly name: string }[]): readonly ChannelDigest[] {
  return channels.map((channel) => ({
    name: channel.name,
    digest: createHash('sha256').update(JSON.stringify(channel)).digest('hex'),
  }))
}

/** Names of channels by which a file and the gateway that was started before differ. */
export interface ChannelDifference {
  /** In the file; the gateway does not have them. */
  readonly missing: readonly string[]
  /** In both, with other settings. */
  readonly changed: readonly string[]
  /** Only the gateway has them. */
  readonly left: readonly string[]
}

export function channelDifference(
  file: readonly ChannelDigest[],
  running: readonly ChannelDigest[],
): ChannelDifference {
  const here = new Map(file.map(({ name, digest }) => [name, digest]))
  const there = new Map(running.map(({ name, digest }) => [name, digest]))
  return {
    missing: [...here.keys()].filter((name) => !there.has(name)),
    changed: [...here.keys()].filter((name) => there.has(name) && there.get(name) !== here.get(name)),
    left: [...there.keys()].filter((name) => !here.has(name)),
  }
}
