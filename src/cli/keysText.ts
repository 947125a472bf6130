import type { LostSecret, SealCounts } from '../compose/sealedSecrets.ts'
import type { Rotation } from '../settings/rotateKeys.ts'

export type Status = SealCounts & { readonly file: string; readonly next: boolean; readonly old: number }

export function statusText({ file, current, other, unknown, next, old }: Status): string {
  const lines = [`${file} opens ${current + other} of ${current + other + unknown} stored secrets.`]
  if (unknown > 0)
    lines.push(
      `${unknown} were sealed with a key that is not in it: put that key back. If it is lost for good: civicrm-ses keys forget-lost.`,
    )
  if (next)
    lines.push(
      'A rotation is under way: the next key is in the file. Copy it to every machine, then: civicrm-ses keys rotate.',
    )
  if (old > 0)
    lines.push(
      'A rotation is under way: an old key is still in the file. Copy it to every machine, then: civicrm-ses keys rotate.',
    )
  return `${lines.join('\n')}\n`
}

export function dryRunText({ current, other, unknown, shared }: SealCounts & { readonly shared: boolean }): string {
  const how = shared ? 'in three steps, each to be laid out on every machine' : 'in one step'
  const lost = unknown === 0 ? '' : ` ${unknown} do not open: rotating is refused as long as they are there.`
  return `Would seal ${current + other} secrets anew, ${how}.${lost} Nothing was changed (dry run).\n`
}

export function createdText({ file }: { readonly file: string }): string {
  return (
    `Made a new key in ${file}. Keep a copy of it in another place than the backups; with several instances copy it to\n` +
    'every machine.\n'
  )
}

export interface Forgotten {
  readonly file: string
  /** There was a file that holds no keys. */
  readonly damaged: boolean
  /** Where that one is kept now. */
  readonly kept: string | null
  readonly lost: readonly LostSecret[]
  readonly dryRun: boolean
}

export function lostText(done: Forgotten): string {
  const { file, damaged, kept, dryRun } = done
  if (!damaged) return lostSecretsText(done)
  const aside = dryRun
    ? `${file} is damaged: it would be kept beside a new one. Where it holds several lines, taking out the damaged one may save it.\n`
    : `${file} was damaged, and is kept as ${kept ?? ''}; a new key was made.\n`
  return aside + (done.lost.length === 0 ? 'No secret is stored, so none is lost.\n' : lostSecretsText(done))
}

function lostSecretsText({ file, lost, dryRun }: Forgotten): string {
  if (lost.length === 0) return `The keys in ${file} open every stored secret. Nothing was changed.\n`
  const names = lost.map(({ site, name }) =>
    site === '' ? 'the key of pseudonyms' : `${nameTexts[name] ?? name} of ${site}`,
  )
  const list = names.map((name) => `  ${name}\n`).join('')
  if (dryRun) return `Would remove what no key in ${file} opens:\n${list}Nothing was changed (dry run).\n`
  return (
    `Removed what no key opened:\n${list}` +
    `The gateway can be started; the key in ${file} seals from now on: keep a copy of it apart from your backups.\n` +
    'What is of a site has to be entered anew: civicrm-ses sites edit SITE --api-key-file FILE.\n'
  )
}

const nameTexts: Readonly<Record<string, string>> = { apiKey: 'the API key', siteKey: 'the site key' }

export function rotationText({ step, resealed, file }: Rotation & { readonly file: string }): string {
  const copy = `Copy ${file} to every machine of this installation`
  switch (step) {
    case 'prepared':
      return `Step 1 of 3: the next key is in the file, and nothing is sealed with it yet.\n${copy}, then run civicrm-ses keys rotate again.\n`
    case 'resealed':
      return `Step 2 of 3: ${resealed} secrets were sealed with the new key; the old one is still in the file.\n${copy}, then run civicrm-ses keys rotate again.\n`
    case 'rotated':
      return (
        `The key was replaced; ${resealed} secrets were sealed with the new one in this step.\n` +
        `Where other machines have a copy of ${file}, copy it there once more. Keep a copy apart from your backups; an\n` +
        'older backup needs the old key. A further call begins another rotation.\n'
      )
    default:
      return step satisfies never
  }
}
