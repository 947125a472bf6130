import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MakePlace, TestPlace } from '../../testing/installationPlaces.ts'
import { contentOf, InstallationWriter, lastIdsOf } from '../../testing/installationWriter.ts'
import { schemaVersion as schema } from '../openPlace.ts'
import { openRestoreDestination } from './destination.ts'
import type { Manifest } from './format.ts'
import { restoreBackup, verifyBackup } from './restore.ts'
import { type BackupOptions, writeBackup } from './write.ts'

const madeAt = Date.UTC(2026, 10, 24)
const restoredAt = madeAt + 86_400_000

/** What must hold of a backup, from and to whatever engine. */
export function describeBackup(name: string, { from, to }: { readonly from: MakePlace; readonly to: MakePlace }): void {
  describe(`a backup from ${name}`, () => {
    let folder: string
    let file: string
    let source: TestPlace
    let target: TestPlace
    let writer: InstallationWriter
    beforeEach(async () => {
      folder = mkdtempSync(path.join(tmpdir(), 'civicrm-ses-backup-'))
      file = path.join(folder, 'backup.gz')
      source = await from()
      target = await to()
      writer = new InstallationWriter(source.execute, 'backup')
      await writer.fill(8)
    })
    afterEach(async () => {
      await source[Symbol.asyncDispose]()
      await target[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    })

    const never = new AbortController().signal

    async function backUp(more: Partial<BackupOptions> = {}): Promise<Manifest> {
      const place = await source.open()
      try {
        const clock = { now: () => madeAt }
        const onProgress = (): void => undefined
        return await writeBackup({ place, file, program: '1.2.3', schema, clock, signal: never, onProgress, ...more })
      } finally {
        await place.close()
      }
    }

    async function restore(
      more: { readonly replace?: boolean; readonly file?: string; readonly onRows?: () => void } = {},
    ): Promise<string | null> {
      const chosen = more.file ?? file
      const content = await verifyBackup(chosen, schema, { signal: never, onProgress: () => undefined })
      const destination = await openRestoreDestination(target.address, more.replace ?? false)
      try {
        const { place, atOnce } = destination
        const clock = { now: () => restoredAt }
        const onProgress = more.onRows ?? ((): void => undefined)
        await restoreBackup({ file: chosen, schema, content, place, atOnce, clock, signal: never, onProgress })
        return await destination.finish()
      } finally {
        await destination.close()
      }
    }

    const contentAt = async (place: TestPlace): ReturnType<typeof contentOf> => contentOf(await place.open())

    it('is of one moment, whatever is written meanwhile, and comes back whole', async () => {
      await source.execute('DELETE FROM mailing_bounce')
      const [content, ids] = [await contentAt(source), await lastIdsOf(await source.open())]
      const changes: Promise<void>[] = []
      const manifest = await backUp({ onProgress: () => void changes.push(writer.change(1).catch(() => undefined)) })
      await Promise.all(changes)
      await writer.change(20)
      expect(await contentAt(source)).not.toEqual(content)
      expect(manifest.tables['notification']?.rows).toBe(content['notification']?.length)
      await restore()
      expect(await contentAt(target)).toEqual(content)
      const home = await target.open()
      expect(await lastIdsOf(home)).toEqual(ids)
      expect(await home.examine()).toEqual([])
      // References are watched again.
      await target.execute('DELETE FROM mail_event')
      expect((await contentAt(target))['effect']).toEqual([])
    })

    it('says what it is, is for its owner alone, and has no second name', async () => {
      await backUp()
      expect(statSync(file).mode & 0o777).toBe(0o600)
      expect(readdirSync(folder)).toEqual(['backup.gz'])
      const lines = gunzipSync(readFileSync(file)).toString('utf8').split('\n')
      const header: unknown = JSON.parse(lines[0] ?? '')
      expect(header).toMatchObject({ backup: 'civicrm-ses', program: '1.2.3', schema, at: '2026-11-24T00:00:00.000Z' })
      await expect(backUp()).rejects.toMatchObject({ code: 'BACKUP_UNWRITABLE' })
      for (const name of [path.join('nowhere', 'x.gz'), 'x'.repeat(5000)])
        await expect(backUp({ file: path.join(folder, name) })).rejects.toMatchObject({ code: 'BACKUP_UNWRITABLE' })
    })

    it('leaves nothing behind when it is broken off', async () => {
      const stop = new AbortController()
      const broken = backUp({ signal: stop.signal, onProgress: () => stop.abort() })
      await expect(broken).rejects.toMatchObject({ code: 'BACKUP_BROKEN_OFF' })
      expect(readdirSync(folder)).toEqual([])
    })

    it('leaves a note where it was restored, and takes along who the installation is', async () => {
      await source.execute(`INSERT INTO installation VALUES ('id', 'the one')`)
      await backUp()
      await restore()
      const home = await target.open()
      const note = await home.look(async (look) => look.note('restored'))
      expect(JSON.parse(note ?? '')).toEqual({ backupAt: madeAt, at: restoredAt })
      expect(await home.look(async (look) => look.note('id'))).toBe('the one')
    })

    it('is refused before anything is changed where it is not whole', async () => {
      await backUp()
      const whole = readFileSync(file)
      const text = gunzipSync(whole).toString('utf8')
      const lines = text.trimEnd().split('\n')
      const rowAt = lines.findIndex((line) => line.startsWith('['))
      const changed = (edit: (all: string[]) => string[]): Buffer => gzipSync(`${edit([...lines]).join('\n')}\n`)
      const damaged: readonly (readonly [string, Buffer])[] = [
        ['cut off', whole.subarray(0, whole.byteLength - 40)],
        ['one bit else', Buffer.from(whole.map((byte, index) => (index === 400 ? byte ^ 1 : byte)))],
        ['no backup', Buffer.from('something else')],
        ['empty', Buffer.alloc(0)],
        ['other lines', gzipSync('{"backup":"other"}\n')],
        ['no line', gzipSync(Buffer.alloc(1_000_000))],
        ['without its end', changed((all) => all.slice(0, -1))],
        ['a row less', changed((all) => all.toSpliced(rowAt, 1))],
        ['a row more', changed((all) => all.toSpliced(rowAt, 0, all[rowAt] ?? ''))],
        ['a row else', changed((all) => all.with(rowAt, (all[rowAt] ?? '').replace('id', 'ID')))],
        ['a table less', changed((all) => all.filter((line) => !line.startsWith('{"table":"sighting"')))],
        ['something behind it', changed((all) => [...all, '{}'])],
        ['another head', changed((all) => all.with(0, (all[0] ?? '').replace('1.2.3', '1.2.4')))],
      ]
      for (const [what, bytes] of damaged) {
        const other = path.join(folder, 'damaged.gz')
        writeFileSync(other, bytes)
        const error: unknown = await restore({ file: other }).catch((fault: unknown) => fault)
        expect({ what, error }).toMatchObject({ what, error: { code: 'BACKUP_UNREADABLE' } })
      }
      const foreign = path.join(folder, 'foreign.gz')
      writeFileSync(
        foreign,
        changed((all) => all.with(0, (all[0] ?? '').replace(`"schema":${schema}`, '"schema":3'))),
      )
      await expect(restore({ file: foreign })).rejects.toMatchObject({ code: 'BACKUP_FOREIGN_SCHEMA' })
      for (const nowhere of [path.join(folder, 'nowhere.gz'), folder])
        await expect(restore({ file: nowhere })).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' })
      expect((await contentAt(target))['notification']).toEqual([])
    })

    it('replaces what is there only if it is told to, and only when all of it is written', async () => {
      await backUp()
      const content = await contentAt(source)
      const others = new InstallationWriter(target.execute, 'others')
      await others.fill(2)
      const before = await contentAt(target)
      await expect(restore()).rejects.toMatchObject({ code: 'RESTORE_NOT_EMPTY' })
      const broken = restore({
        replace: true,
        onRows: () => {
          throw new Error('broken off')
        },
      })
      await expect(broken).rejects.toThrow('broken off')
      expect(await contentAt(target)).toEqual(before)
      const keptAt = await restore({ replace: true })
      expect(await contentAt(target)).toEqual(content)
      // A file is kept; a server has its own backups.
      expect(keptAt !== null && existsSync(keptAt)).toBe('folder' in target.address)
    })
  })
}
