import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { constants, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { NoSuchObject, type Storage } from './storage'

/** Files in a folder: written under another name, synced, then renamed. */
export function folderStorage(folder: string): Storage {
  const root = resolve(folder)
  const within = (base: string, key: string) => {
    const path = join(base, key)
    if (!path.startsWith(base + sep)) throw new Error('a storage key must stay within the storage')
    return path
  }
  const pathOf = (key: string) => within(root, key)
  const draftOf = (key: string) => within(join(root, 'drafts'), key)
  /** Moves a whole file to its place, for good. */
  const settle = async (from: string, path: string) => {
    await mkdir(dirname(path), { recursive: true })
    await rename(from, path)
    const handle = await open(dirname(path))
    await handle.sync().finally(() => handle.close())
  }
  const sizeOf = async (key: string) => (await stat(pathOf(key)).catch(() => null))?.size ?? null
  return {
    async put(key, body) {
      const path = pathOf(key)
      const temporary = join(root, 'incoming', randomUUID())
      await mkdir(dirname(temporary), { recursive: true })
      try {
        await pipeline(body, createWriteStream(temporary, { flush: true }))
        await settle(temporary, path)
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
    async draft(key) {
      const path = draftOf(key)
      await mkdir(dirname(path), { recursive: true })
      const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600)
      let { size } = await handle.stat()
      const close = async () => {
        await handle.sync()
        await handle.close()
      }
      return {
        get size() {
          return size
        },
        async append(chunk) {
          for (let at = 0; at < chunk.length;) {
            const { bytesWritten } = await handle.write(chunk, at, chunk.length - at, size)
            at += bytesWritten
            size += bytesWritten
          }
        },
        close,
        async finish() {
          await close()
          await settle(path, pathOf(key))
        },
      }
    },
    async discard(key) {
      await rm(draftOf(key), { force: true })
    },
  }
}
