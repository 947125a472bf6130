import { closeSync, openSync } from 'node:fs'
import path from 'node:path'

/** `sockaddr_un` holds 108 bytes on Linux and 104 elsewhere, the closing NUL included. */
const longestPath = 103

/** By which address a socket is listened at, or connected to. */
export interface SocketReach {
  readonly address: string
  /** The address leads nowhere any more. */
  release(): void
}

/**
 * @param socket its path, of any length
 * @throws what the system says where its folder cannot be opened, e.g. ENOENT
 */
export function socketReach(socket: string): SocketReach {
  if (Buffer.byteLength(socket) <= longestPath) return { address: socket, release: () => undefined }
  // The folder that is open here has a short path of its own on Linux. Elsewhere the system refuses the address.
  const folder = openSync(path.dirname(socket), 'r')
  return { address: `/proc/self/fd/${folder}/${path.basename(socket)}`, release: () => closeSync(folder) }
}
