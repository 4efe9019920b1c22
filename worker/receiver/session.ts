import ssh2, { type Attributes, type FileEntry, type SFTPWrapper } from 'ssh2'
import { CroftError } from '#lib/core/error'
import { folderPath } from '#lib/core/upload'
import type { Context } from '#lib/services/context'
import {
  closedUpload,
  findUpload,
  listFolder,
  makeFolder,
  removeFolder,
  removeUpload,
  renameUpload,
  statEntry,
  type Entry,
} from '#lib/services/uploads/area'
import { openUpload } from '#lib/services/uploads/open'
import type { UploadWriter } from '#lib/services/uploads/writer'

// The package is CommonJS: Node gives its exports by the default alone.
const { utils } = ssh2

const { STATUS_CODE, OPEN_MODE } = utils.sftp
const S_IFDIR = 0o040000
const S_IFREG = 0o100000
/** Handles that one session may have open. */
const MAX_OPEN = 64
/** Bytes that may wait to be written: well-behaved clients wait for answers long before. */
const MAX_WAITING = 64 * 1024 * 1024

type Handle =
  | { kind: 'file'; writer: UploadWriter; path: string; append: boolean; failed: CroftError | null }
  | { kind: 'folder'; entries: Entry[] }

const isFolder = (entry: Entry) => entry.kind === 'folder'
function attributesOf(entry: Entry): Attributes {
  const at = Math.floor(entry.at.getTime() / 1000)
  const mode = isFolder(entry) ? S_IFDIR | 0o755 : S_IFREG | 0o644
  return { mode, uid: 0, gid: 0, size: entry.size, atime: at, mtime: at }
}
function listed(entry: Entry): FileEntry {
  const date = entry.at.toUTCString().slice(5, 16)
  const longname = `${isFolder(entry) ? 'drwxr-xr-x' : '-rw-r--r--'} 1 0 0 ${entry.size} ${date} ${entry.name}`
  return { filename: entry.name, longname, attrs: attributesOf(entry) }
}

function codeOf(error: CroftError): number {
  if (error.code === 'not_found') return STATUS_CODE.NO_SUCH_FILE
  if (error.code === 'forbidden' || error.code === 'unauthenticated') return STATUS_CODE.PERMISSION_DENIED
  return STATUS_CODE.FAILURE
}

/**
 * Serves one SFTP session. `enter` says who acts, anew for each change, so that a key that is taken away is worth nothing
 * from then on. Uploads only: nothing can be read back. Resolves once all that was open is kept.
 */
export function serveSftp(sftp: SFTPWrapper, enter: () => Promise<Context>): { close: () => Promise<void> } {
  const handles = new Map<number, Handle>()
  let count = 0
  let waiting = 0

  /** Answers one request: every failure is an answer, and none but a refusal tells its words. */
  const answer = (id: number, work: () => Promise<void>) => {
    work().catch(async (error: unknown) => {
      if (error instanceof CroftError) return sftp.status(id, codeOf(error), error.message)
      const { log } = await enter().catch(() => ({ log: null }))
      log?.error({ err: error }, 'an SFTP request failed')
      sftp.status(id, STATUS_CODE.FAILURE, 'something failed on our side; the log tells')
    })
  }
  const ok = (id: number) => sftp.status(id, STATUS_CODE.OK)
  const open = (id: number, handle: Handle) => {
    if (handles.size >= MAX_OPEN) throw new CroftError('too_many_attempts', 'too many files are open')
    handles.set(++count, handle)
    const name = Buffer.alloc(4)
    name.writeUInt32BE(count)
    sftp.handle(id, name)
  }
  const keyOf = (handle: Buffer) => (handle.length === 4 ? handle.readUInt32BE() : -1)
  const fileOf = (handle: Buffer) => {
    const found = handles.get(keyOf(handle))
    if (found?.kind !== 'file') throw new CroftError('invalid', 'there is no such file handle')
    return found
  }

  sftp.on('OPEN', (id, path, flags) =>
    answer(id, async () => {
      const write = (flags & (OPEN_MODE.WRITE | OPEN_MODE.APPEND)) !== 0
      if (!write) throw new CroftError('forbidden', 'files can be uploaded here, not read')
      if (handles.size >= MAX_OPEN) throw new CroftError('too_many_attempts', 'too many files are open')
      const ctx = await enter()
      const known = await findUpload(ctx, path)
      if (known === null && (flags & OPEN_MODE.CREAT) === 0) throw new CroftError('not_found', 'there is no such file')
      if (known !== null && (flags & OPEN_MODE.EXCL) !== 0)
        throw new CroftError('conflict', 'there is such a file already')
      const mode = (flags & OPEN_MODE.TRUNC) !== 0 ? 'new' : 'continue'
      const writer = await openUpload(ctx, { path, mode })
      open(id, { kind: 'file', writer, path: writer.row.path, append: (flags & OPEN_MODE.APPEND) !== 0, failed: null })
    }),
  )
  sftp.on('WRITE', (id, handle, offset, data) =>
    answer(id, async () => {
      const file = fileOf(handle)
      waiting += data.length
      if (waiting > MAX_WAITING) sftp.end()
      try {
        await file.writer.write(offset, data)
      } catch (error) {
        if (error instanceof CroftError) file.failed ??= error
        throw error
      } finally {
        waiting -= data.length
      }
      ok(id)
    }),
  )
  sftp.on('CLOSE', (id, handle) =>
    answer(id, async () => {
      const found = handles.get(keyOf(handle))
      handles.delete(keyOf(handle))
      if (found === undefined) throw new CroftError('invalid', 'there is no such handle')
      if (found.kind === 'file') {
        await found.writer.close()
        // A client that met a refusal does not say that the file is whole.
        if (found.failed !== null) throw found.failed
        await closedUpload(await enter(), { id: found.writer.row.id, path: found.path })
      }
      ok(id)
    }),
  )
  sftp.on('FSTAT', (id, handle) =>
    answer(id, () => {
      const { writer, path } = fileOf(handle)
      sftp.attrs(id, attributesOf({ name: path, kind: 'file', size: writer.size, at: writer.row.updatedAt }))
      return Promise.resolve()
    }),
  )
  const stat = (id: number, path: string) =>
    answer(id, async () => {
      const entry = await statEntry(await enter(), path)
      if (entry === null) return void sftp.status(id, STATUS_CODE.NO_SUCH_FILE, 'there is no such file')
      sftp.attrs(id, attributesOf(entry))
    })
  sftp.on('STAT', stat)
  sftp.on('LSTAT', stat)
  // Modes, owners and times mean nothing here; clients set them all the same.
  sftp.on('SETSTAT', ok)
  sftp.on('FSETSTAT', ok)
  sftp.on('OPENDIR', (id, path) =>
    answer(id, async () => open(id, { kind: 'folder', entries: await listFolder(await enter(), path) })),
  )
  sftp.on('READDIR', (id, handle) =>
    answer(id, () => {
      const found = handles.get(keyOf(handle))
      if (found?.kind !== 'folder') throw new CroftError('invalid', 'there is no such folder handle')
      const next = found.entries.splice(0, 100)
      if (next.length === 0) sftp.status(id, STATUS_CODE.EOF)
      else sftp.name(id, next.map(listed))
      return Promise.resolve()
    }),
  )
  sftp.on('REALPATH', (id, path) =>
    answer(id, () => {
      const filename = folderPath(path) || '/'
      sftp.name(id, [{ filename, longname: filename, attrs: {} as Attributes }])
      return Promise.resolve()
    }),
  )
  const change = (id: number, work: (ctx: Context) => Promise<void>) =>
    answer(id, async () => {
      await work(await enter())
      ok(id)
    })
  sftp.on('REMOVE', (id, path) => change(id, (ctx) => removeUpload(ctx, path)))
  sftp.on('RENAME', (id, from, to) => change(id, (ctx) => renameUpload(ctx, from, to)))
  sftp.on('MKDIR', (id, path) => change(id, (ctx) => makeFolder(ctx, path)))
  sftp.on('RMDIR', (id, path) => change(id, (ctx) => removeFolder(ctx, path)))

  const close = async () => {
    const open = [...handles.values()]
    handles.clear()
    for (const handle of open) if (handle.kind === 'file') await handle.writer.close().catch(() => undefined)
  }
  // Nothing more comes: the client waits for our end. What it sends that is no SFTP ends the session too.
  sftp.on('end', () => {
    void close().then(() => {
      exitWell(sftp)
      sftp.end()
    })
  })
  sftp.on('error', () => void close())
  return { close }
}

/** scp asks for the exit status of what served it; ssh2 has no public way to send one on an SFTP channel. */
function exitWell(sftp: SFTPWrapper): void {
  const inner = sftp as unknown as {
    outgoing: { id: number; state: string }
    _protocol: { exitStatus: (channel: number, status: number) => void }
  }
  if (inner.outgoing.state === 'open') inner._protocol.exitStatus(inner.outgoing.id, 0)
}
