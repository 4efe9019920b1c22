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
  it('come in pieces, also when each piece finds a new writer, and are seen only when they are finished', async () => {
    const bytes = randomBytes(37 * 1024 * 1024)
    const cuts = [0, 1, 100_000, 17 * 1024 * 1024, 33 * 1024 * 1024, 33 * 1024 * 1024 + 7, bytes.length]
    for (let index = 1; index < cuts.length; index++) {
      const draft = await opened.storage.draft('uploads/d/1')
      expect(draft.size).toBe(cuts[index - 1])
      await draft.append(bytes.subarray(cuts[index - 1], cuts[index]))
      await draft.close()
      expect(await opened.storage.size('uploads/d/1')).toBeNull()
    }
    await (await opened.storage.draft('uploads/d/1')).finish()
    expect((await read('uploads/d/1')).equals(bytes)).toBe(true)
    const another = await opened.storage.draft('uploads/d/1')
    expect(another.size).toBe(0)
    await another.close()
  })
  it('in the making are whole again after their writer died without a word', async () => {
    const bytes = randomBytes(40 * 1024 * 1024)
    const first = await opened.storage.draft('uploads/e')
    await first.append(bytes.subarray(0, 1000))
    await first.close()
    const dies = await opened.storage.draft('uploads/e')
    await dies.append(bytes.subarray(1000, 20 * 1024 * 1024))
    await dies.append(bytes.subarray(20 * 1024 * 1024, 20 * 1024 * 1024 + 5))
    const next = await opened.storage.draft('uploads/e')
    expect(next.size).toBeGreaterThanOrEqual(16 * 1024 * 1024)
    await next.append(bytes.subarray(next.size))
    await next.finish()
    await dies.close()
    expect((await read('uploads/e')).equals(bytes)).toBe(true)
  })
  it('in the making can be forgotten, twice, and small ones need no parts', async () => {
    const draft = await opened.storage.draft('uploads/f')
    await draft.append(Buffer.from('never'))
    await draft.close()
    await opened.storage.discard('uploads/f')
    await opened.storage.discard('uploads/f')
    const again = await opened.storage.draft('uploads/f')
    expect(again.size).toBe(0)
    await again.append(Buffer.from('small'))
    await again.finish()
    expect((await read('uploads/f')).toString()).toBe('small')
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
