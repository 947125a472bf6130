import { describe, expect, it } from 'vitest'
import { testIo } from '../testing/testIo.ts'
import { placeArgument } from './placeArgument.ts'

const secret = 'postgres://ses:swordfish@db.example.org/ses'

describe('a place among the arguments', () => {
  it.each([
    secret,
    'postgresql://ses@db.example.org/ses?password=swordfish',
    'postgres://ses:swordfish@a.example.org,b.example.org:5433/ses',
  ])('has no password: %s', async (address) => {
    const { io } = testIo()
    await expect(placeArgument(address, io, true)).rejects.toThrow(
      expect.objectContaining({ code: 'COMMAND_USAGE', message: expect.not.stringContaining('swordfish') }),
    )
  })

  it('may come from elsewhere with one, or be an address without', async () => {
    const { io } = testIo({ stdin: `${secret}\n`, environment: { ADDRESS: secret } })
    const place = { databaseUrl: secret, requireDurable: true }
    expect(await placeArgument('-', io, true)).toEqual(place)
    expect(await placeArgument('env:ADDRESS', io, true)).toEqual(place)
    const bare = 'postgres://ses@db.example.org/ses'
    expect(await placeArgument(bare, io, true)).toEqual({ databaseUrl: bare, requireDurable: true })
    expect(await placeArgument('/var/lib/civicrm-ses', io, true)).toEqual({ folder: '/var/lib/civicrm-ses' })
  })
})
