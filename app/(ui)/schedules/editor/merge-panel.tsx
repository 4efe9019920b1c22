'use client'

import { GitMerge } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { valueText } from '#components/changes'
import { withPlace, type Conflict, type Merged } from '#lib/core/merge'
import type { Draft } from './model'

/** What somebody else saved meanwhile, together with the own edits: for each place that both changed, a choice. */
export function MergePanel({
  result,
  who,
  version,
  nameOf,
  onUse,
}: {
  result: Merged
  who: string
  version: number
  nameOf: (path: string) => string
  onUse: (draft: Draft) => void
}) {
  const t = useTranslations('editor.merge')
  const [choices, setChoices] = useState<Record<string, 'mine' | 'theirs'>>({})
  const open = result.conflicts.filter(({ path }) => choices[path] === undefined)
  const use = () => {
    let draft = result.merged
    for (const { path, theirs } of result.conflicts)
      if (choices[path] === 'theirs') draft = withPlace(draft, path, theirs)
    onUse(draft)
  }
  return (
    <section aria-label={t('title')} className="border-accent bg-panel space-y-4 rounded-xl border-2 p-4" role="alert">
      <h2 className="flex items-center gap-2">
        <GitMerge aria-hidden className="text-accent size-5" /> {t('title')}
      </h2>
      <p className="text-sm">{t('explained', { who, version })}</p>
      {result.taken.length > 0 && (
        <p className="text-sm">
          <span className="font-medium">{t('taken')}</span> {result.taken.map(nameOf).join(', ')}
        </p>
      )}
      {result.conflicts.map((conflict) => (
        <Choice
          key={conflict.path}
          conflict={conflict}
          name={nameOf(conflict.path)}
          who={who}
          chosen={choices[conflict.path]}
          choose={(side) => setChoices((before) => ({ ...before, [conflict.path]: side }))}
        />
      ))}
      <div className="flex flex-wrap items-center justify-end gap-3">
        {open.length > 0 && <span className="text-muted text-sm">{t('open', { count: open.length })}</span>}
        <button type="button" className="button button-primary" disabled={open.length > 0} onClick={use}>
          {t('use')}
        </button>
      </div>
    </section>
  )
}

function Choice({
  conflict,
  name,
  who,
  chosen,
  choose,
}: {
  conflict: Conflict
  name: string
  who: string
  chosen: 'mine' | 'theirs' | undefined
  choose: (side: 'mine' | 'theirs') => void
}) {
  const t = useTranslations('editor.merge')
  const sides = [
    { side: 'theirs', label: t('theirs', { who }), value: conflict.theirs },
    { side: 'mine', label: t('mine'), value: conflict.mine },
  ] as const
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">{name}</legend>
      <div className="grid gap-2 sm:grid-cols-2">
        {sides.map(({ side, label, value }) => (
          <label
            key={side}
            className="border-line has-checked:border-accent has-checked:bg-accent-soft flex cursor-pointer items-start gap-2 rounded-lg border p-3 text-sm"
          >
            <input
              type="radio"
              className="accent-accent mt-1"
              name={`merge-${conflict.path}`}
              checked={chosen === side}
              onChange={() => choose(side)}
            />
            <span className="min-w-0">
              <span className="text-muted block text-xs font-medium">{label}</span>
              <span dir="auto" className="break-words whitespace-pre-wrap">
                {valueText(value) || t('empty')}
              </span>
            </span>
          </label>
        ))}
      </div>
      {valueText(conflict.base) !== '' && (
        <p className="text-muted mt-1 text-xs break-words">{t('before', { value: valueText(conflict.base) })}</p>
      )}
    </fieldset>
  )
}
