import { readFileSync } from 'node:fs'

/** Linux: ticks in a second, the same on every machine that Node runs on. */
const ticks = 100

/** Seconds of processor time that a process has had so far, in the system and outside; NaN where nobody tells. */
export function processorSeconds(pid: number): number {
  const fields = statOf(pid)
  // user and system time stand in the 14th and 15th place, the 12th and 13th after the name in brackets.
  return (Number(fields[11]) + Number(fields[12])) / ticks
}

/** Memory that a process has at the moment, and has had at most, MiB. */
export function memoryOf(pid: number): { readonly now: number; readonly most: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const mebibytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024
  return { now: mebibytes('VmRSS'), most: mebibytes('VmHWM') }
}

function statOf(pid: number): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}
