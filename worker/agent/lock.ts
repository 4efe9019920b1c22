import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

async function startedAt(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

/** Whether a process still is the one that was noted: numbers are given out again. */
async function lives(pid: number, start: string): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return start === '' || (await startedAt(pid)) === start
}

/** Takes a folder for this process alone. Gives null, or the number of the process that has it. */
export async function lockFolder(folder: string): Promise<{ release: () => Promise<void> } | { heldBy: number }> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'lock')
  for (;;) {
    try {
      await writeFile(file, JSON.stringify({ pid: process.pid, start: await startedAt(process.pid) }), {
        flag: 'wx',
        mode: 0o600,
      })
      return { release: () => rm(file, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const text = await readFile(file, 'utf8').catch(() => '{}')
    const { pid, start } = (/^\{.*\}$/.test(text) ? JSON.parse(text) : {}) as { pid?: number; start?: string }
    if (pid !== undefined && (await lives(pid, start ?? ''))) return { heldBy: pid }
    await rm(file, { force: true })
  }
}
