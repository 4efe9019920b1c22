import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CroftError } from '#lib/core/error'

export type Program = { bytes: Buffer; sha256: string }
let known: (Program & { changed: number }) | null = null

/** The agent as one file, as it was built with this farm. @throws CroftError unavailable when it is not built */
export async function agentProgram(root = process.cwd()): Promise<Program> {
  const path = join(root, 'build/croft-agent.mjs')
  const changed = await stat(path).then(
    (file) => file.mtimeMs,
    () => null,
  )
  if (changed === null)
    throw new CroftError('unavailable', 'the agent is not built here: run npm run build on the farm, and try again')
  if (known?.changed !== changed) {
    const bytes = await readFile(path)
    known = { bytes, sha256: createHash('sha256').update(bytes).digest('hex'), changed }
  }
  return known
}
