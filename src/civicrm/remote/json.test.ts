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

  it('reads the answer among any number of notices, some of which quote an array', () => {
    const notice = '\nWarning: Undefined array key [x] in Array ["a",{}] {closure}() {"b":1} in a.php on line 7\n'
    const answer = [{ is_error: 0, values: { bounce_reason: 'a "quoted" \\ {brace} [' } }, { is_error: 0 }]
    const text = notice.repeat(400) + JSON.stringify(answer) + notice.repeat(400)
    expect(readBody(text)).toEqual({ form: 'json', json: answer })
  })

  it('does not take a result of a cut list for the answer, whatever stands around it', () => {
    const list = '[{"is_error":1,"error_code":"unauthorized"},{"is_error":0},{"is_er'
    expect(readBody(list)).toEqual({ form: 'text' })
    expect(readBody(`\nNotice: x in a.php on line 7\n${list}`)).toEqual({ form: 'text' })
  })

  it.each([
    ['brackets', '[{'.repeat(2_000_000)],
    ['closed brackets', '[{}'.repeat(1_000_000)],
    ['braces that are no JSON', '{"}'.repeat(1_000_000)],
    ['lists that are none', '["a",]'.repeat(500_000)],
    ['nested lists that are none', `x${'["a",'.repeat(300_000)}${']'.repeat(300_000)}`],
    ['titles', `<html>${'<title '.repeat(600_000)}`],
  ])('is done soon with megabytes of %s', { timeout: 20_000 }, (_, text) => {
    expect(['page', 'text']).toContain(readBody(text).form)
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
