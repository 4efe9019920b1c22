import { createHash } from 'node:crypto'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import ssh2 from 'ssh2'

// The package is CommonJS: Node gives its exports by the default alone.
const { utils } = ssh2

/**
 * The key by which clients know this farm again: made once in `home`, mode 600. Several that start at the same moment
 * agree on one.
 */
export async function hostKey(home: string): Promise<string> {
  const path = join(home, 'sftp_host_key')
  const known = () => readFile(path, 'utf8').catch(() => null)
  const before = await known()
  if (before !== null) return before
  const temporary = `${path}.${process.pid}`
  const made = utils.generateKeyPairSync('ed25519', { comment: 'croft' }).private
  await writeFile(temporary, made, { mode: 0o600 })
  await link(temporary, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(temporary)
  return (await known()) ?? made
}

/** As `ssh-keygen -l` tells a key: SHA256:… */
export function fingerprintOf(privateKey: string): string {
  const key = utils.parseKey(privateKey)
  if (key instanceof Error) throw key
  const [one] = [key].flat()
  return `SHA256:${createHash('sha256')
    .update(one?.getPublicSSH() ?? '')
    .digest('base64')
    .replace(/=+$/, '')}`
}
