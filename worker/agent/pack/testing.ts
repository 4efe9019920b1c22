import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { crc32, gzipSync } from 'node:zlib'
import { Header } from 'tar'

type ZipEntry = { name: string | Buffer; text?: string; mode?: number; flags?: number; sum?: number; size?: number }

/** A .zip without compression, also with names, modes and sums that no honest archiver writes. */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, text = '', mode = 0o100644, flags = 0, sum, size } of entries) {
    const nameBytes = Buffer.from(name)
    const data = Buffer.from(text)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(flags, 2)
    common.writeUInt32LE(sum ?? crc32(data), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(size ?? data.length, 18)
    common.writeUInt16LE(nameBytes.length, 22)
    const local = Buffer.concat([Buffer.from('504b0304', 'hex'), common, nameBytes, data])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE((mode << 16) >>> 0, 6)
    rest.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([Buffer.from('504b01021403', 'hex'), common, rest, nameBytes]))
    bodies.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('504b0506', 'hex')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...bodies, central, end])
}

type TarEntry = {
  path: string
  text?: string
  type?: 'File' | 'SymbolicLink' | 'Link' | 'CharacterDevice'
  linkpath?: string
}

export function tarOf(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap(({ path, text = '', type = 'File', linkpath }) => {
    const data = Buffer.from(text)
    const header = new Header({
      path,
      type,
      size: data.length,
      mode: 0o644,
      ...(linkpath !== undefined && { linkpath }),
    })
    const head = Buffer.alloc(512)
    header.encode(head, 0)
    return [head, data, Buffer.alloc((512 - (data.length % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}
export const tarGzOf = (entries: readonly TarEntry[]) => gzipSync(tarOf(entries))

export const page = (title: string, body = '') =>
  `<!doctype html><html><head><title>${title}</title></head><body><h1>${title}</h1>${body}</body></html>`

/** A web server on the loopback address, for as long as the test needs it. */
export async function serve(
  listener: RequestListener,
): Promise<{ url: string; [Symbol.asyncDispose]: () => Promise<void> }> {
  const server = createServer(listener)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}
