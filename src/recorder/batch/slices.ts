import { setImmediate } from 'node:timers/promises'

/**
 * Works through items in slices and lets everything else in this process have its turn in between: an answer
 * to SNS must not wait until a batch of hundreds is interpreted or stored.
 */
export async function inSlices<Item>(
  items: readonly Item[],
  size: number,
  work: (slice: readonly Item[]) => void | Promise<void>,
): Promise<void> {
  for (let start = 0; start < items.length; start += size) {
    if (start > 0) await setImmediate()
    await work(items.slice(start, start + size))
  }
}
