/** What a trace of system calls says of answers and disk syncs. */
export interface TraceReading {
  /** Answers (`stored …` on standard output). */
  readonly answers: number
  /** Answers that left while something in the write-ahead log was written and not synced. */
  readonly unsynced: number
  /** Completed syncs of the log. */
  readonly syncs: number
}

/**
 * Reads the output of `strace -f -y -e trace=write,pwrite64,fdatasync,fsync`. A call that another thread
 * interrupts stands on two lines, `… <unfinished ...>` and `<... name resumed>`.
 */
export function readTrace(trace: string): TraceReading {
  let answers = 0
  let unsynced = 0
  let syncs = 0
  let isWritten = false
  /** File of the unfinished call, by thread. */
  const unfinished = new Map<string, string>()
  for (const line of trace.split('\n')) {
    const { thread, name, file, done } = partsOf(line, unfinished)
    if (name === 'write' && /^\d+ +write\(1<[^>]*>, "stored /.test(line)) {
      answers += 1
      if (isWritten) unsynced += 1
    } else if (file.endsWith('-wal')) {
      if (!done) unfinished.set(thread, file)
      if (name.startsWith('pwrite') || name === 'write') isWritten = true
      else if (done && line.trimEnd().endsWith('= 0')) {
        syncs += 1
        isWritten = false
      }
    }
  }
  return { answers, unsynced, syncs }
}

interface TraceLine {
  readonly thread: string
  readonly name: string
  readonly file: string
  readonly done: boolean
}

function partsOf(line: string, unfinished: ReadonlyMap<string, string>): TraceLine {
  const call = /^(\d+) +(\w+)\(\d+<([^>]*)>/.exec(line)
  if (call !== null) {
    const [, thread = '', name = '', file = ''] = call
    return { thread, name, file, done: !line.includes('<unfinished ...>') }
  }
  const [, thread = '', name = ''] = /^(\d+) +<\.\.\. (\w+) resumed>/.exec(line) ?? []
  return { thread, name, file: unfinished.get(thread) ?? '', done: true }
}
