import { ESLint } from 'eslint'
import tseslint from 'typescript-eslint'
import { expect, it } from 'vitest'

/** Each is wrong; the linter must say so, for imports by name and by path. */
const WRONG = [
  ['lib/core/wrong.ts', '#lib/db/client'],
  ['lib/core/wrong.ts', '../services/context'],
  ['lib/core/wrong.ts', 'bullmq'],
  ['lib/contract/wrong.ts', '#lib/services/context'],
  ['lib/client/wrong.ts', '../db/client'],
  ['lib/db/wrong.ts', '#lib/services/context'],
  ['lib/queue/wrong.ts', '../services/context'],
  ['lib/notify/wrong.ts', '#lib/services/context'],
  ['lib/storage/wrong.ts', '#lib/db/client'],
  ['lib/services/tasks/wrong.ts', '#lib/notify/webhook'],
  ['lib/services/tasks/wrong.ts', '../../http/route'],
  ['lib/services/tasks/wrong.ts', '#lib/protocols/zimfarm/v1/handler'],
  ['lib/services/tasks/wrong.ts', 'next/headers'],
  ['lib/http/wrong.ts', '#lib/db/client'],
  ['lib/protocols/zimfarm/v1/wrong.ts', '#lib/db/client'],
  ['lib/protocols/zimfarm/v1/wrong.ts', '../../../db/client'],
  ['app/wrong.ts', '#lib/db/client'],
  ['app/api/wrong.ts', '../../lib/queue/connect'],
  ['components/wrong.tsx', '#lib/services/context'],
  ['components/wrong.tsx', '#lib/client/client'],
  ['worker/dispatcher/wrong.ts', '#lib/db/client'],
  ['worker/dispatcher/wrong.ts', '#lib/protocols/zimfarm/v1/handler'],
  ['worker/web/wrong.ts', '#lib/services/context'],
  ['worker/receiver/wrong.ts', '#lib/db/client'],
  ['worker/receiver/wrong.ts', '#worker/dispatcher/sweep'],
  ['worker/agent/wrong.ts', '#lib/services/context'],
  ['worker/agent/wrong.ts', '@prisma/client'],
  ['worker/agent/wrong.ts', '#worker/dispatcher/sweep'],
  ['worker/cli/wrong.ts', '../../lib/db/client'],
] as const
const RIGHT = [
  ['lib/services/tasks/right.ts', '#lib/core/task'],
  ['lib/services/tasks/right.ts', '#lib/db/client'],
  ['lib/services/tasks/right.ts', '../notices/write'],
  ['worker/agent/right.ts', '#lib/client/client'],
] as const

const eslint = new ESLint({ overrideConfig: [{ files: ['**/*.{ts,tsx}'], ...tseslint.configs.disableTypeChecked }] })
async function complaints(filePath: string, from: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(`import { x } from '${from}'\nexport const y = x\n`, { filePath })
  return result?.messages.map((message) => message.ruleId) ?? []
}

it.each(WRONG)('%s may not import %s', async (file, from) => {
  expect(await complaints(file, from)).toContain('no-restricted-imports')
})
it.each(RIGHT)('%s may import %s', async (file, from) => {
  expect(await complaints(file, from)).toEqual([])
})
it.each([
  'export const a = Date.now()',
  'export const b = new Date()',
  'export const c = Math.random()',
  'export const d = process.env.X',
])('lib/core is pure: %s', async (text) => {
  const [result] = await eslint.lintText(`${text}\n`, { filePath: 'lib/core/wrong.ts' })
  expect(result?.errorCount).toBeGreaterThan(0)
})
