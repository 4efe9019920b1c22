import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { NoSuchObject, type Storage } from './storage'

/** Files in a folder: written under another name, synced, then renamed. */
export function folderStorage(folder: string): Storage {
  const root = resolve(folder)
  const pathOf = (key: string) => {
    const path = join(root, key)
    if (!path.startsWith(root + sep)) throw new Error('a storage key must stay within the storage')
    return path
  }
  const sizeOf = async (key: string) => (await stat(pathOf(key)).catch(() => null))?.size ?? null
  return {
    async put(key, body) {
      const path = pathOf(key)
      const temporary = join(root, 'incoming', randomUUID())
      await mkdir(dirname(temporary), { recursive: true })
      try {
        await pipeline(body, createWriteStream(temporary, { flush: true }))
        await mkdir(dirname(path), { recursive: true })
        await rename(temporary, path)
        const handle = await open(dirname(path))
        await handle.sync().finally(() => handle.close())
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      }
    },
    async open(key, range) {
      if ((await sizeOf(key)) === null) throw new NoSuchObject(key)
      return createReadStream(pathOf(key), range)
    },
    size: sizeOf,
    async remove(key) {
      await rm(pathOf(key), { force: true })
    },
  }
}
