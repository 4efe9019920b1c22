import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '#lib/db/embedded'

const run = promisify(execFile)
export type SshKey = { path: string; publicKey: string }

/** A scratch folder with keys made by ssh-keygen and OpenSSH's own sftp to use them with. */
export async function sftpClient(port: () => number) {
  const folder = await mkdtemp(join(tmpdir(), 'croft-sftp-'))
  let batches = 0
  const options = (key: SshKey) => [
    ...['-P', String(port()), '-i', key.path, '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes'],
    ...['-o', 'StrictHostKeyChecking=accept-new', '-o', `UserKnownHostsFile=${join(folder, `known-${port()}`)}`],
  ]
  const batch = async (commands: string[]) => {
    const path = join(folder, `batch-${++batches}`)
    await writeFile(path, `${commands.join('\n')}\n`)
    return path
  }
  const finished = (program: string, args: string[]) =>
    new Promise<{ code: number; output: string }>((done) => {
      execFile(program, args, { timeout: 20_000 }, (error, stdout, stderr) => {
        done({ code: error === null ? 0 : Number(error.code ?? 255), output: stdout + stderr })
      })
    })
  const address = (at: string) => `uploader@127.0.0.1:${at}`
  return {
    folder,
    async key(name: string, type = 'ed25519'): Promise<SshKey> {
      const path = join(folder, name)
      await run('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', name, '-f', path])
      return { path, publicKey: (await readFile(`${path}.pub`, 'utf8')).trim() }
    },
    async file(name: string, bytes: Buffer): Promise<string> {
      const path = join(folder, name)
      await writeFile(path, bytes)
      return path
    },
    /** Runs commands one after the other, in a folder of the server; ends at the first that fails. */
    async sftp(key: SshKey, at: string, commands: string[]) {
      return finished('sftp', [...options(key), '-b', await batch(commands), address(at)])
    },
    scp: (key: SshKey, from: string, to: string) => finished('scp', [...options(key), from, address(to)]),
    /** The same, slowly, without waiting for its end. `kilobits` a second. */
    async slowly(key: SshKey, at: string, kilobits: number, commands: string[]): Promise<ChildProcess> {
      const args = [...options(key), '-l', String(kilobits), '-b', await batch(commands), address(at)]
      return spawn('sftp', args, { stdio: 'ignore' })
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}
export { freePort }
