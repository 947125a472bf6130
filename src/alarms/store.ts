import type { Alarm } from './alarm.ts'

/**
 * Alarms as they are kept, so that a restart neither tells again what was told nor forgets what was not. They
 * could not be derived: that somebody ended a subscription, and which channel has said so, stands nowhere else.
 */
export interface AlarmStore {
  /** All that are active, and the newest of those that are over. */
  all(): Promise<readonly Alarm[]>

  /**
   * Writes these as they are now; of the same kind and subject there is one. Forgets what was over before
   * `forgetBefore` (epoch ms).
   */
  save(alarms: readonly Alarm[], forgetBefore: number): Promise<void>
}

/** Of those that are over. */
export const recentAlarms = 500
