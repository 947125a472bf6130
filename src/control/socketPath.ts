import path from 'node:path'

/**
 * Where the control socket of a data folder is: in it, always. In a folder that everybody may write to, another user of
 * the machine could take its name first, and be told what commands are given. Where the path is too long for a socket,
 * `socketReach.ts` finds a shorter way to it.
 */
export function socketPath(dataFolder: string): string {
  return path.join(path.resolve(dataFolder), 'control.sock')
}
