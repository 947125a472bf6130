import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const mebibyte = 1024 * 1024

/**
 * A file system of a few MiB in memory, that can be filled to the last byte and emptied again. To mount one takes
 * root, or sudo without a password.
 */
export class SmallDisk {
  readonly folder: string
  readonly #ballast: string

  private constructor(folder: string) {
    this.folder = folder
    this.#ballast = path.join(folder, 'ballast')
  }

  /** @throws Error where it cannot be mounted */
  static make(mebibytes: number): SmallDisk {
    const folder = mkdtempSync(path.join(tmpdir(), 'small-disk-'))
    asRoot(['mount', '-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=777`, 'tmpfs', folder])
    return new SmallDisk(folder)
  }

  /** Takes all that is free. */
  fill(): void {
    const file = openSync(this.#ballast, 'a')
    try {
      for (let bytes = mebibyte; bytes >= 1;) if (!hasRoomFor(file, bytes)) bytes = Math.floor(bytes / 2)
    } finally {
      closeSync(file)
    }
  }

  /** Gives it back. */
  clear(): void {
    rmSync(this.#ballast, { force: true })
  }

  /** An empty folder in it, of another user. @returns its path */
  subfolder(name: string, { uid, gid }: { readonly uid: number; readonly gid: number }): string {
    const folder = path.join(this.folder, name)
    asRoot(['install', '-d', '-o', String(uid), '-g', String(gid), folder])
    return folder
  }

  /** When nothing in it is open any more. */
  [Symbol.dispose](): void {
    asRoot(['umount', this.folder])
    rmdirSync(this.folder)
  }
}

function hasRoomFor(file: number, bytes: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(bytes)) === bytes
  } catch {
    return false
  }
}

function asRoot(command: readonly string[]): void {
  const [program = '', ...args] = process.getuid?.() === 0 ? command : ['sudo', '-n', ...command]
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0)
    throw new Error(`this test mounts a small file system, which takes root or sudo: ${error?.message ?? stderr}`)
}
