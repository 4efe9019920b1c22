import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testS3 } from '#lib/testing/s3'
import { folderStorage } from './folder'
import { s3Storage } from './s3'
import { NoSuchObject, type Storage } from './storage'

type Opened = { storage: Storage; close: () => Promise<void> }
const WAYS: Record<string, () => Promise<Opened>> = {
  folder: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'croft-storage-'))
    return { storage: folderStorage(folder), close: () => rm(folder, { recursive: true }) }
  },
  S3: async () => {
    const server = await testS3()
    return { storage: s3Storage(server.url), close: server.stop }
  },
}

describe.each(Object.entries(WAYS))('files in %s', (_, open) => {
  let opened: Opened
  beforeAll(async () => {
    opened = await open()
  }, 120_000)
  afterAll(() => opened.close(), 60_000)
  const put = (key: string, bytes: Buffer) => opened.storage.put(key, Readable.from([bytes]), bytes.length)
  const read = async (key: string, range?: { start: number; end: number }) =>
    buffer(await opened.storage.open(key, range))

  it('come back as they were, whole and in ranges', async () => {
    const bytes = randomBytes(1_000_000)
    await put('tasks/a/one', bytes)
    expect(await opened.storage.size('tasks/a/one')).toBe(bytes.length)
    expect((await read('tasks/a/one')).equals(bytes)).toBe(true)
    expect((await read('tasks/a/one', { start: 10, end: 19 })).equals(bytes.subarray(10, 20))).toBe(true)
  })
  it('may be larger than one part', async () => {
    const bytes = randomBytes(36 * 1024 * 1024)
    await put('tasks/a/large', bytes)
    expect((await read('tasks/a/large')).equals(bytes)).toBe(true)
  })
  it('may be empty, may be replaced, may be removed twice', async () => {
    await put('b', Buffer.alloc(0))
    expect(await opened.storage.size('b')).toBe(0)
    await put('b', Buffer.from('new'))
    expect((await read('b')).toString()).toBe('new')
    await opened.storage.remove('b')
    await opened.storage.remove('b')
    expect(await opened.storage.size('b')).toBeNull()
    await expect(opened.storage.open('b')).rejects.toThrow(NoSuchObject)
  })
  it('are not there when their upload breaks off', async () => {
    const broken = Readable.from(
      (async function* () {
        yield await Promise.resolve(Buffer.alloc(100_000))
        throw new Error('cut off')
      })(),
    )
    await expect(opened.storage.put('c', broken, 200_000)).rejects.toThrow('cut off')
    expect(await opened.storage.size('c')).toBeNull()
  })
})

it('a folder leaves nothing of a broken upload, and lets no key out', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'croft-storage-'))
  const storage = folderStorage(folder)
  const broken = Readable.from(
    (async function* () {
      yield await Promise.resolve(Buffer.alloc(10))
      throw new Error('cut off')
    })(),
  )
  await expect(storage.put('x', broken, 20)).rejects.toThrow()
  expect(await readdir(join(folder, 'incoming'))).toEqual([])
  await expect(storage.put('../out', Readable.from(['x']), 1)).rejects.toThrow(/within/)
  await rm(folder, { recursive: true })
})
