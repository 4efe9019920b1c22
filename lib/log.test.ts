import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createLog, withoutSecrets } from './log'

describe('what is logged', () => {
  it.each([
    ['postgresql://croft:hunter22@127.0.0.1:5432/croft', 'postgresql://croft:***@127.0.0.1:5432/croft'],
    [
      's3 https://s3.example.org/?keyId=ABC&secretAccessKey=DEF&bucketName=zim',
      's3 https://s3.example.org/?keyId=***&secretAccessKey=***&bucketName=zim',
    ],
    ['GET /hook?token=abc&lang=en', 'GET /hook?token=***&lang=en'],
    ['Bearer croft_abcdefghijklmnop', 'Bearer croft_***'],
  ])('%s holds no secret', (text, shown) => {
    expect(withoutSecrets(text)).toBe(shown)
  })
  it('has secrets redacted by name and in errors', () => {
    const written: string[] = []
    const out = new Writable({
      write(chunk, _, done) {
        written.push(String(chunk))
        done()
      },
    })
    const log = createLog('test', 'info', out)
    log.info(
      { password: 'hunter22', request: { authorization: 'Bearer x' }, err: new Error('at postgres://a:hunter22@h/') },
      'x',
    )
    expect(written.join()).toContain('"name":"test"')
    expect(written.join()).not.toContain('hunter22')
    expect(written.join()).not.toContain('Bearer x')
  })
})
