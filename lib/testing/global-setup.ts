import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { ensureDatabase, startEmbedded } from '../db/embedded'
import { migrate } from '../db/migrate'

/** One PostgreSQL for the whole run, with one migrated template that each test file clones. */
export default async function setup(project: TestProject) {
  const folder = await mkdtemp(join(tmpdir(), 'croft-test-'))
  const server = await startEmbedded(process.cwd(), folder, { fast: true })
  await ensureDatabase(server, 'template_croft')
  await migrate(process.cwd(), server.url('template_croft'))
  project.provide('databaseServer', server.url('postgres'))
  project.provide('template', 'template_croft')
  return async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
