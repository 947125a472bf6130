import { setTimeout as delay } from 'node:timers/promises'
import { TestbedProblem } from './problem.ts'

/**
 * Asks again and again until the answer is yes. For readiness only: nothing in the test bed sleeps
 * for a guessed time.
 *
 * @param what completes the sentence "gave up waiting for …"
 * @throws TestbedProblem after `timeoutMs`; whatever `condition` throws, at once
 */
export async function waitUntil(
  what: string,
  condition: () => Promise<boolean> | boolean,
  limits: { readonly timeoutMs: number; readonly everyMs?: number },
): Promise<void> {
  // Monotonic: a jump of the wall clock must not end the waiting.
  const end = performance.now() + limits.timeoutMs
  while (!(await condition())) {
    if (performance.now() > end)
      throw new TestbedProblem(`gave up waiting for ${what} after ${Math.round(limits.timeoutMs / 1000)} s`)
    await delay(limits.everyMs ?? 50)
  }
}
