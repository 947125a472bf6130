import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { configSchema } from '../config/schema.ts'
import { folderProblems } from './folderCheck.ts'

const config = configSchema.parse({ dataFolder: tmpdir() })

function refusing(code: string): () => never {
  return () => {
    throw Object.assign(new Error(`${code}: refused`), { code })
  }
}

it('a disk that can only be read is named as that, where another owner would help nothing', () => {
  expect(folderProblems(config, refusing('EROFS'))).toEqual([
    {
      line: null,
      setting: 'dataFolder',
      message: expect.stringMatching(new RegExp(`^${tmpdir()} is on a disk that can only be read(?!.*chown)`)),
    },
  ])
  expect(folderProblems(config, refusing('EACCES'))).toMatchObject([{ message: expect.stringContaining('chown') }])
})
