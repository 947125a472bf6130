import type { AlarmsConfig } from './alarms.ts'
import { isLoopback } from './loopback.ts'
import type { Risk } from './risk.ts'

/** What goes out in the clear, and what can be muted only by mistake. */
export function alarmRisks({ channels, mute }: AlarmsConfig): readonly Risk[] {
  const risks: Risk[] = []
  for (const channel of channels) {
    const about = `alarms.channels, ${channel.name}`
    if (channel.type === 'email' && channel.security === 'none' && !isLoopback(channel.host))
      risks.push({ about, message: 'mail and password travel in the clear: choose `security: starttls` or `tls`' })
    if (channel.type === 'email' && channel.user !== null && channel.passwordFile === null)
      risks.push({ about, message: 'a user without `passwordFile`: the mail server will refuse the empty password' })
    if (channel.type !== 'webhook') continue
    const url = new URL(channel.url)
    if (url.protocol === 'http:' && !isLoopback(url.hostname))
      risks.push({ about, message: 'http: alarms, and the token if there is one, travel in the clear' })
  }
  if (channels.length > 0 && mute.includes('unsubscribed'))
    risks.push({ about: 'alarms.mute', message: 'nobody hears that a subscription was ended, and feedback is missing' })
  return risks
}
