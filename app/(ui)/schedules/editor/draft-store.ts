import { MASK } from '#lib/core/secrets'
import type { TaskTypeDefinition } from '#lib/core/task-type'
import type { Draft } from './model'

/** What is kept in the browser of an edit that was not saved: what it began from, and what it became. */
export type Kept = { version: number; base: Draft; draft: Draft; at: string; lostSecrets: string[] }

const keyOf = (account: string, subject: string) => `croft-draft:${account}:${subject}`

/** Secrets that were typed are not kept: in their place stands what was there before. */
function safe(definition: TaskTypeDefinition | undefined, base: Draft, draft: Draft): { draft: Draft; lost: string[] } {
  const params = { ...draft.config.params }
  const lost: string[] = []
  for (const { key, secret } of definition?.fields ?? []) {
    if (secret !== true || params[key] === undefined || params[key] === MASK) continue
    lost.push(key)
    const before = base.config.params[key]
    if (before === undefined) delete params[key]
    else params[key] = before
  }
  return { draft: { ...draft, config: { ...draft.config, params } }, lost }
}

export function keepDraft(
  account: string,
  subject: string,
  edit: { version: number; base: Draft; draft: Draft },
  definition: TaskTypeDefinition | undefined,
): void {
  const { draft, lost } = safe(definition, edit.base, edit.draft)
  const kept: Kept = { ...edit, draft, at: new Date().toISOString(), lostSecrets: lost }
  try {
    localStorage.setItem(keyOf(account, subject), JSON.stringify(kept))
  } catch {
    // A full or forbidden store: the edit stays in the page.
  }
}

export function keptDraft(account: string, subject: string): Kept | null {
  try {
    const text = localStorage.getItem(keyOf(account, subject))
    const kept = text === null ? null : (JSON.parse(text) as Partial<Kept>)
    return kept?.draft?.config?.params !== undefined && kept.base !== undefined ? (kept as Kept) : null
  } catch {
    return null
  }
}

export function dropDraft(account: string, subject: string): void {
  try {
    localStorage.removeItem(keyOf(account, subject))
  } catch {
    // Nothing is kept there then.
  }
}
