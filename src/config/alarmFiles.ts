import { accessSync, constants, statSync } from 'node:fs'
import path from 'node:path'
import type { AlarmsConfig, ChannelConfig } from './alarms.ts'
import type { Risk } from './risk.ts'

/**
 * Channels that cannot tell anybody anything: the file of a secret, or the program, is not there or not open to this user.
 * @param searchPath PATH, for programs that are named without a folder
 */
export function alarmFileRisks({ channels }: AlarmsConfig, searchPath: string): readonly Risk[] {
  return channels.flatMap((channel) => {
    const trouble =
      channel.type === 'command' ? programTrouble(channel.command[0] ?? '', searchPath) : secretTrouble(channel)
    return trouble === null
      ? []
      : [{ about: `alarms.channels, ${channel.name}`, message: `${trouble}: it tells nobody` }]
  })
}

function secretTrouble(channel: Exclude<ChannelConfig, { readonly type: 'command' }>): string | null {
  const [setting, file] =
    channel.type === 'email' ? ['passwordFile', channel.passwordFile] : ['tokenFile', channel.tokenFile]
  if (file === null || isOpen(file, constants.R_OK)) return null
  return `${setting} ${file} is no file that this user may read`
}

function programTrouble(program: string, searchPath: string): string | null {
  const isNamedWithFolder = program.includes('/')
  const places = isNamedWithFolder
    ? [program]
    : searchPath.split(path.delimiter).map((folder) => path.join(folder, program))
  if (places.some((file) => isOpen(file, constants.X_OK))) return null
  return isNamedWithFolder
    ? `${program} is no program that this user may run`
    : `there is no program ${program} in PATH that this user may run`
}

function isOpen(file: string, mode: number): boolean {
  try {
    accessSync(file, mode)
    return !statSync(file).isDirectory()
  } catch {
    return false
  }
}
