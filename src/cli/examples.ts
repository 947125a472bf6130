/**
 * Examples of commands that say no more of themselves than their options; without the name of the program. Those with
 * more to say have them in their own file.
 */
export const examples: Readonly<Record<string, readonly string[]>> = {
  '': ['demo', 'check', 'serve', 'status', 'events --recipient zoe@example.org', 'sites --help'],
  sites: ['sites list', 'sites test main', 'sites pause main', 'sites add --help'],
  topics: ['topics list', 'topics allow arn:aws:sns:eu-west-1:111122223333:ses --site main'],
  queues: ['queues list', 'queues add arn:aws:sqs:eu-west-1:111122223333:ses-feedback --site main', 'queues refused'],
  contacts: ['contacts list --site main --touched', 'contacts import people.csv --site main'],
  keys: ['keys status', 'keys rotate --help'],
  demo: ['demo', 'demo --once --json'],
  status: ['status', 'status --json'],
  'sites list': ['sites list'],
  'sites show': ['sites show main'],
  'sites edit': ['sites edit main --policy careful', 'sites edit main --api-key-file key.txt'],
  'sites pause': ['sites pause main'],
  'sites watch': ['sites watch main'],
  'sites record': ['sites record main'],
  'sites resume': ['sites resume main'],
  'sites remove': ['sites remove main --yes'],
  'sites test': ['sites test main'],
  'sites export': ['sites export > sites.yaml'],
  'sites apply': ['sites apply sites.yaml --dry-run', 'sites apply sites.yaml --prune --yes'],
  'topics list': ['topics list'],
  'topics disallow': ['topics disallow arn:aws:sns:eu-west-1:111122223333:ses --site main'],
  'queues list': ['queues list'],
  'queues remove': ['queues remove arn:aws:sqs:eu-west-1:111122223333:ses-feedback'],
  'queues refused': ['queues refused', 'queues refused --json'],
  'queues retry': ['queues retry 17 18', 'queues retry --all'],
  'queues discard': ['queues discard 17 18'],
  'waiting move': ['waiting move old new', 'waiting move old new --yes'],
  'waiting drop': ['waiting drop old --dry-run', 'waiting drop old --yes'],
  'waiting claim': ['waiting claim --site new --since 7d', 'waiting claim --site new --since 7d --yes'],
  'alarms test': ['alarms test'],
  'events notification': ['events notification 4711'],
  'contacts list': ['contacts list --site main --touched'],
  'contacts release': ['contacts release 17 --site main'],
  'dead-letters': ['dead-letters --site main --since 7d'],
  'set-aside list': ['set-aside list'],
  'set-aside record': ['set-aside record example.net --site main --dry-run'],
  'set-aside drop': ['set-aside drop example.net --site main --dry-run'],
  'uncertain list': ['uncertain list --site main'],
  'uncertain there': ['uncertain there 4711 4712'],
  'uncertain absent': ['uncertain absent 4713'],
  'uncertain look': ['uncertain look --all main'],
  'undo list': ['undo list'],
  'releases look': ['releases look main'],
  'keys status': ['keys status'],
}

/** For the help of a command; '' where there is none here. */
export function examplesText(command: string): string {
  const lines = examples[command] ?? []
  if (lines.length === 0) return ''
  return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  civicrm-ses ${line}\n`).join('')}`
}
