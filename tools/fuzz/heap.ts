import { setImmediate as turn } from 'node:timers/promises'

/** Of this thread's heap, after collection. Bytes. */
export interface HeapSize {
  readonly heapUsed: number
  /** Buffers and what else V8 counts outside its heap. */
  readonly external: number
}

/** null where the process was started without --expose-gc: what is not collected would be counted too. */
export async function heapSize(): Promise<HeapSize | null> {
  const { gc } = globalThis
  if (gc === undefined) return null
  for (let times = 0; times < 3; times++) {
    gc({ execution: 'sync', type: 'major' })
    // Finalizers and the ends of closed connections have their turn.
    await turn()
  }
  const { heapUsed, external } = process.memoryUsage()
  return { heapUsed, external }
}
