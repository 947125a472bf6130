import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readBody } from './json.ts'

describe('readBody', () => {
  it('reads JSON, also behind a byte order mark', () => {
    expect(readBody('\uFEFF {"values":[]}\n')).toEqual({ form: 'json', json: { values: [] } })
  })

  it("reads JSON between PHP's notices", () => {
    const notice =
      '<br />\n<b>Deprecated</b>:  strlen(): Passing null [x] in <b>/var/www/a.php</b> on line <b>7</b><br />\n'
    expect(readBody(`${notice}[{"is_error":0}]`)).toEqual({ form: 'json', json: [{ is_error: 0 }] })
    expect(readBody(`${notice}[{"is_error":0}]${notice.replace('[x]', '')}`)).toEqual({
      form: 'json',
      json: [{ is_error: 0 }],
    })
  })

  it('takes a web page for one, whatever JSON stands in it', () => {
    expect(readBody('<!doctype html><title>\n Our  charity </title>{"values":[]}')).toEqual({
      form: 'page',
      title: 'Our charity',
    })
    expect(readBody('<html><body>{"values":[]}')).toEqual({ form: 'page', title: null })
    expect(readBody('<?xml version="1.0"?><ResultSet/>')).toEqual({ form: 'page', title: null })
  })

  it.each(['', '  ', 'null', '17', '"text"', 'Fatal error: Out of memory', '<br /><b>Fatal error</b>: x'])(
    'takes %j for text',
    (body) => {
      expect(readBody(body)).toEqual({ form: 'text' })
    },
  )

  it('does not take the beginning of a cut list for the list', () => {
    const whole = JSON.stringify([{ is_error: 0 }, { is_error: 0 }])
    for (let length = 0; length < whole.length; length += 1) {
      const body = readBody(whole.slice(0, length))
      expect(body.form === 'json' && Array.isArray(body.json)).toBe(false)
    }
  })

  it('reads any text without failing', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '1', '<', 'a', ' ') }),
        (body) => {
          expect(['json', 'page', 'text']).toContain(readBody(body).form)
        },
      ),
    )
  })
})
