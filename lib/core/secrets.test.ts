import { describe, expect, it } from 'vitest'
import { MASK, maskCommand, maskDeep, maskParams, maskUrls } from './secrets'
import { youtube } from './task-types/offliners/youtube'
import { mwoffliner } from './task-types/offliners/mwoffliner'

describe('addresses in a text (zimfarm.md §11.5)', () => {
  it.each([
    ['sftp://up:pass@store.example.org:1522/logs', `sftp://up:${MASK}@store.example.org:1522/logs`],
    [
      's3://s3.example.org/?bucketName=zim&keyId=K&secretAccessKey=S',
      `s3://s3.example.org/?bucketName=zim&keyId=${MASK}&secretAccessKey=${MASK}`,
    ],
    ['https://h/?KEYID=K&SecretAccessKey=S', `https://h/?KEYID=${MASK}&SecretAccessKey=${MASK}`],
    ['https://h/?keyId=K#part', `https://h/?keyId=${MASK}#part`],
    ['https://u:p@ss@h/', `https://u:${MASK}@h/`],
    ['https://:p@h/', `https://:${MASK}@h/`],
    [
      'two: ftp://a:b@c  and\thttps://d:e@f/?keyId=1',
      `two: ftp://a:${MASK}@c  and\thttps://d:${MASK}@f/?keyId=${MASK}`,
    ],
    ['--url="https://u:p@h/?keyId=K"', `--url="https://u:${MASK}@h/?keyId=${MASK}"`],
    ['https://a:b@c,https://d:e@f', `https://a:${MASK}@c,https://d:${MASK}@f`],
  ])('%s', (text, masked) => {
    expect(maskUrls(text)).toBe(masked)
  })
  it('writes a query that it touches anew: blanks vanish, of repeated keys the last counts', () => {
    expect(maskUrls('https://h/?a=1&b=&keyId=K&a=2&c=x%20y')).toBe(`https://h/?a=2&keyId=${MASK}&c=x+y`)
    expect(maskUrls('https://u:p@h/?a=&b=1')).toBe(`https://u:${MASK}@h/?b=1`)
  })
  it.each(['no address, keyId=K', 'https://h/?a=&a=1&b=x%20y', 'https://user@h/?token=t', 'https://h:8080/a@b:c@d'])(
    'leaves %s as it is',
    (text) => {
      expect(maskUrls(text)).toBe(text)
    },
  )
  it('walks objects, not lists', () => {
    const url = 'https://u:p@h/'
    expect(maskDeep({ a: { b: url, n: 1, no: null }, list: [url], when: new Date(0) })).toEqual({
      a: { b: `https://u:${MASK}@h/`, n: 1, no: null },
      list: [url],
      when: new Date(0),
    })
  })
})

describe('secret parameters', () => {
  const flags = { 'api-key': 'abc', id: 'x', name: 'y', 'optimization-cache': 'https://h/?keyId=K' }
  it('are masked whole; what is not secret stays, even where it sounds so', () => {
    expect(maskParams(youtube, flags)).toEqual({ ...flags, 'api-key': MASK, 'optimization-cache': MASK })
    expect(maskParams(mwoffliner, { mwPassword: 'p' })).toEqual({ mwPassword: 'p' })
  })
  it.each(['--api-key=abc', '--api-key="abc"', "--api-key='abc'"])('are masked on a command line: %s', (word) => {
    expect(maskCommand(youtube, ['youtube2zim', word, '--id="x"'])).toEqual([
      'youtube2zim',
      `--api-key="${MASK}"`,
      '--id="x"',
    ])
  })
})
