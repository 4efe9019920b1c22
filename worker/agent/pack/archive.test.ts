import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { unpack } from './archive'
import { page, tarGzOf, tarOf, zipOf } from './testing'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'croft-archive-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const LIMITS = { bytes: 10_000, files: 10 }
const into = async (bytes: Buffer, limits = LIMITS) => {
  await writeFile(join(folder, 'archive'), bytes)
  return unpack(join(folder, 'archive'), join(folder, 'deep', 'site'), limits)
}
const written = async () => (await readdir(join(folder, 'deep', 'site'), { recursive: true })).sort()

describe('what is unpacked', () => {
  it('takes .zip, .tar.gz and .tar, with spaces and letters of all kinds', async () => {
    const names = ['index.html', 'ein Ordner/Übersicht.html', '日本/ページ.html']
    for (const archive of [
      zipOf(names.map((name) => ({ name, text: page(name) }))),
      tarGzOf(names.map((path) => ({ path, text: page(path) }))),
      tarOf(names.map((path) => ({ path, text: page(path) }))),
    ]) {
      expect(await into(archive)).toMatchObject({ files: 3, skipped: 0, misnamed: 0 })
      expect(await written()).toEqual(expect.arrayContaining(names))
      expect(await readFile(join(folder, 'deep', 'site', '日本/ページ.html'), 'utf8')).toBe(page('日本/ページ.html'))
      await rm(join(folder, 'deep'), { recursive: true })
    }
  })

  it('reads names of a .zip in the old DOS code page where they are no UTF-8', async () => {
    await into(zipOf([{ name: Buffer.from([0x81, 0x62, 0x65, 0x72]), text: 'x' }]))
    expect(await written()).toEqual(['über'])
  })

  it('counts names of a .tar that are no UTF-8', async () => {
    const tar = tarOf([{ path: 'caf_.html', text: 'x' }])
    tar[3] = 0xe9
    const sum =
      tar.subarray(0, 148).reduce((a, b) => a + b, 0) + 8 * 32 + tar.subarray(156, 512).reduce((a, b) => a + b, 0)
    tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
    expect(await into(tar)).toMatchObject({ files: 1, misnamed: 1 })
  })

  it('leaves out links and devices', async () => {
    const zip = zipOf([
      { name: 'index.html', text: 'x' },
      { name: 'secrets', text: '/etc/passwd', mode: 0o120777 },
      { name: 'pipe', mode: 0o010644 },
    ])
    expect(await into(zip)).toMatchObject({ files: 1, skipped: 2 })
    expect(await written()).toEqual(['index.html'])
    await rm(join(folder, 'deep'), { recursive: true })
    const tar = tarGzOf([
      { path: 'index.html', text: 'x' },
      { path: 'out', type: 'SymbolicLink', linkpath: '/etc' },
      { path: 'out/passwd', text: 'through the link' },
      { path: 'hard', type: 'Link', linkpath: '/etc/passwd' },
      { path: 'null', type: 'CharacterDevice' },
    ])
    expect(await into(tar)).toMatchObject({ files: 2, skipped: 3 })
    expect(await written()).toEqual(['index.html', 'out', 'out/passwd'])
  })
})

describe('what is refused as bad input', () => {
  const refused = (message: RegExp) => ({ reasonCode: 'bad_input', message: expect.stringMatching(message) as string })

  it.each([
    '../evil.html',
    'a/../../evil.html',
    '/tmp/croft-evil.html',
    '..\\evil.html',
    'C:\\evil.html',
    'a/../b.html',
  ])('a path that leads out: %s', async (name) => {
    await expect(into(zipOf([{ name: 'index.html' }, { name, text: 'x' }]))).rejects.toMatchObject(
      refused(/leaves its folder/),
    )
    await expect(into(tarGzOf([{ path: 'index.html' }, { path: name, text: 'x' }]))).rejects.toMatchObject(
      refused(/leaves its folder/),
    )
    expect((await readdir(folder)).sort()).toEqual(['archive', 'deep'])
    expect(await readdir(join(folder, 'deep'))).toEqual(['site'])
  })

  it('too many files', async () => {
    const names = Array.from({ length: 11 }, (_, n) => `${n}.html`)
    await expect(into(zipOf(names.map((name) => ({ name }))))).rejects.toMatchObject(refused(/more than 10 files/))
    await expect(into(tarGzOf(names.map((path) => ({ path }))))).rejects.toMatchObject(refused(/more than 10 files/))
  })

  it('too many bytes, before they are on the disk', async () => {
    const text = 'x'.repeat(20_000)
    await expect(into(zipOf([{ name: 'big.html', text }]))).rejects.toMatchObject(refused(/more than 10000 bytes/))
    await expect(into(tarGzOf([{ path: 'big.html', text }]))).rejects.toMatchObject(refused(/more than 10000 bytes/))
    expect(await written()).toEqual([])
  })

  it('a bomb: a .zip that lies about its size, and a .tar.gz of skipped entries', async () => {
    const squeezed = deflateRawSync(Buffer.alloc(5_000_000)).toString('latin1')
    const zip = zipOf([{ name: 'bomb.html', text: squeezed, size: 100 }])
    for (const at of [8, zip.indexOf('504b0102', 0, 'hex') + 10]) zip.writeUInt16LE(8, at)
    await expect(into(zip)).rejects.toMatchObject(refused(/damaged|checksum/))
    const links = Array.from({ length: 200 }, (_, n) => ({
      path: `l${n}`,
      type: 'SymbolicLink' as const,
      linkpath: 'x',
    }))
    await expect(into(tarGzOf(links))).rejects.toMatchObject(refused(/more than 10000 bytes/))
  })

  it('damage: a checksum that does not match, a cut-off archive, other bytes', async () => {
    await expect(into(zipOf([{ name: 'index.html', text: 'x', sum: 1 }]))).rejects.toMatchObject(refused(/checksum/))
    const zip = zipOf([{ name: 'index.html', text: 'x'.repeat(100) }])
    await expect(into(zip.subarray(0, 80))).rejects.toMatchObject(refused(/damaged/))
    const tar = tarGzOf([{ path: 'index.html', text: Array.from({ length: 500 }, (_, n) => n * n).join() }])
    await expect(into(tar.subarray(0, tar.length >> 1))).rejects.toMatchObject(refused(/damaged/))
    await expect(into(gzipSync('<html></html>'))).rejects.toMatchObject(refused(/damaged/))
    await expect(into(Buffer.from('<html></html>'))).rejects.toMatchObject(refused(/neither a .zip nor/))
    await expect(into(Buffer.alloc(0))).rejects.toMatchObject(refused(/neither a .zip nor/))
  })

  it('an encrypted .zip', async () => {
    await expect(
      into(zipOf([{ name: 'index.html', text: 'twelve bytes and more', size: 9, flags: 1 }])),
    ).rejects.toMatchObject(refused(/encrypted/))
  })
})
