import type { Channel } from '../alarms/channels/channel.ts'
import { commandChannel } from '../alarms/channels/command.ts'
import { emailChannel } from '../alarms/channels/email.ts'
import { webhookChannel } from '../alarms/channels/webhook.ts'
import type { AlarmsConfig, ChannelConfig } from '../config/alarms.ts'

/** The channels that are configured. */
export function alarmChannels({ channels }: AlarmsConfig): readonly Channel[] {
  return channels.map((channel) => channelOf(channel))
}

function channelOf(settings: ChannelConfig): Channel {
  switch (settings.type) {
    case 'webhook':
      return webhookChannel(settings)
    case 'command':
      return commandChannel(settings)
    case 'email':
      return emailChannel(settings)
  }
}
