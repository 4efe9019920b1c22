'use client'

import { useTranslations } from 'next-intl'
import { useId, useState } from 'react'
import { Changes } from '#components/changes'
import { Dialog } from '#components/dialog'
import { Problem } from '#components/states'
import type { SnapshotChange } from '#lib/core/history'

/** What saving will change, and why: the comment goes into the history. */
export function Review({
  changes,
  problems,
  fresh,
  nameOf,
  pending,
  error,
  onSave,
  onClose,
}: {
  changes: readonly SnapshotChange[]
  problems: number
  /** It is a new schedule: there is nothing to compare with. */
  fresh: boolean
  nameOf: (path: string) => string
  pending: boolean
  error: Error | null
  onSave: (comment: string) => void
  onClose: () => void
}) {
  const t = useTranslations('editor.review')
  const [comment, setComment] = useState('')
  const id = useId()
  return (
    <Dialog title={t(fresh ? 'titleNew' : 'title')} open onClose={onClose}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          onSave(comment)
        }}
      >
        <Changes title={t('changes', { count: changes.length })} changes={changes} nameOf={nameOf} />
        {problems > 0 && (
          <p role="alert" className="text-bad text-sm font-medium">
            {t('problems', { count: problems })}
          </p>
        )}
        <div className="grid gap-1">
          <label className="label" htmlFor={id}>
            {t('comment')}
          </label>
          <input
            id={id}
            dir="auto"
            className="field"
            maxLength={1000}
            placeholder={t('commentExample')}
            value={comment}
            onChange={(event) => setComment(event.target.value)}
          />
        </div>
        {error !== null && <Problem error={error} />}
        <div className="flex justify-end gap-2">
          <button type="button" className="button" onClick={onClose}>
            {t('back')}
          </button>
          <button
            type="submit"
            className="button button-primary"
            disabled={pending || problems > 0 || changes.length === 0}
          >
            {t(fresh ? 'create' : 'save')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
