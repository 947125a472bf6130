import { spawn } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { waitUntil } from './waiting.ts'

/**
 * A server started by us, with everything it forks: `php -S` leaves its workers behind when only the
 * parent is killed, so it is always the group that is ended.
 *
 * A group is recorded by its id and recognised by the test bed's folder in the command lines of its
 * members. A number used again by a stranger is therefore never mistaken for ours, even after a
 * restart of the machine.
 */
export interface ProcessGroup {
  readonly id: number
  /** Stands in the command line of every member and in no other test bed's. */
  readonly mark: string
}

export interface Server {
  readonly command: string
  readonly arguments: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly folder: string
  readonly log: string
  readonly mark: string
}

/** Starts a server that outlives this process. Its readiness is the caller's to ask for. */
export async function startGroup(server: Server): Promise<ProcessGroup> {
  const log = openSync(server.log, 'a', 0o600)
  try {
    const child = spawn(server.command, server.arguments, {
      cwd: server.folder,
      env: { ...process.env, ...server.environment },
      stdio: ['ignore', log, log],
      // A session and a group of its own, whose id is the child's pid.
      detached: true,
    })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    child.unref()
    return { id: child.pid ?? 0, mark: server.mark }
  } finally {
    closeSync(log)
  }
}

/** Whether any member lives; one that only waits to be reaped does not count. */
export function isAlive(group: ProcessGroup | undefined): group is ProcessGroup {
  return group !== undefined && members(group).length > 0
}

/** Ends the group and returns when no member is left. A group already gone, or not ours, is left alone. */
export async function endGroup(
  group: ProcessGroup | undefined,
  how: { readonly signal: 'SIGTERM' | 'SIGKILL'; readonly graceMs?: number },
): Promise<void> {
  if (!isAlive(group)) return
  signalGroup(group, how.signal)
  try {
    await waitUntil('the processes to end', () => !isAlive(group), { timeoutMs: how.graceMs ?? 30_000, everyMs: 20 })
  } catch {
    signalGroup(group, 'SIGKILL')
    await waitUntil('the killed processes to end', () => !isAlive(group), { timeoutMs: 10_000, everyMs: 20 })
  }
}

/** Signals every member, if there is one. */
export function signalGroup(group: ProcessGroup, signal: NodeJS.Signals): void {
  // Judged again right before each signal: the id may have changed hands since.
  if (!isAlive(group)) return
  try {
    process.kill(-group.id, signal)
  } catch (error) {
    // ESRCH: the last member has just ended by itself.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Pids of the living members that carry the mark. */
function members(group: ProcessGroup): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .map(Number)
    .filter((pid) => isMember(pid, group))
}

function isMember(pid: number, group: ProcessGroup): boolean {
  try {
    // proc(5): "pid (name) state ppid pgrp …"; the name may hold spaces and brackets.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (state === 'Z' || Number(pgrp) !== group.id) return false
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(group.mark)
  } catch {
    // Ended between the listing and the reading.
    return false
  }
}
