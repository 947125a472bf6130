import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** `sockaddr_un` holds 108 bytes on Linux and 104 elsewhere, the closing NUL included. */
const longestPath = 103

/**
 * Where the control socket of a data folder is: in the folder, or, where that path is too long for a
 * socket, in the system's temporary folder under a name derived from it.
 */
export function socketPath(dataFolder: string): string {
  const natural = path.join(dataFolder, 'control.sock')
  if (Buffer.byteLength(natural) <= longestPath) return natural
  const name = createHash('sha256').update(path.resolve(dataFolder)).digest('hex').slice(0, 24)
  return path.join(tmpdir(), `civicrm-ses-${name}.sock`)
}
