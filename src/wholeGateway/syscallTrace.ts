import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** strace's command line for a gateway, in front of it: one file for each thread, so that no call is cut in two. */
export function straceWrapper(filePrefix: string): readonly string[] {
  const calls = 'read,recvfrom,pwrite64,pwritev,fsync,fdatasync,write,writev,sendto,sendmsg'
  // -y tells the file behind each descriptor; the filter in the kernel keeps other calls at full speed.
  return ['strace', '-ff', '--seccomp-bpf', '-y', '-s', '40', '-e', `trace=${calls}`, '-o', filePrefix]
}

/** The thread that answers over HTTP, as text. @throws where none did, or strace wrote nothing */
export function answeringThread(filePrefix: string): string {
  const folder = path.dirname(filePrefix)
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(`${path.basename(filePrefix)}.`)) continue
    const text = readFileSync(path.join(folder, name), 'utf8')
    if (text.includes('"HTTP/1.1 ')) return text
  }
  throw new Error(`no thread in ${filePrefix}.* has answered a request`)
}

/** How far a message had got on its way to the disk when its 200 was written to the socket. */
export type Stage = 'nowhere' | 'in the log, unsynced' | 'on disk'

/**
 * For each 200 to a POST, in order. Only for requests that come one after the other, and with nobody else who
 * writes: else a sync may be somebody else's.
 */
export function stagesOfAnswers(trace: string): readonly Stage[] {
  const stages: Stage[] = []
  let stage: Stage | null = null
  for (const line of trace.split('\n')) {
    if (/^(read|recvfrom)\(\d+<[^"]*"POST /.test(line)) stage = 'nowhere'
    else if (stage === null) continue
    else if (/^pwrite(64|v)\(\d+<[^>]*-wal>/.test(line)) stage = 'in the log, unsynced'
    else if (/^f(data)?sync\(\d+<[^>]*-wal>\) += 0/.test(line)) {
      if (stage === 'in the log, unsynced') stage = 'on disk'
    } else if (/^(write|writev|sendto|sendmsg)\(\d+<.*"HTTP\/1\.1 200 /.test(line)) {
      stages.push(stage)
      stage = null
    }
  }
  return stages
}
