'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { FileJson } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useId, useState } from 'react'
import { Complaints } from '#components/complaints'
import { Dialog } from '#components/dialog'
import { Problem } from '#components/states'
import { createTaskType, putTaskTypeVersion } from '#lib/contract/task-type'
import { CroftError } from '#lib/core/error'
import { api, useMay } from '../queries'

const EXAMPLE = `{
  "id": "forum",
  "title": "Forum",
  "executable": "forum2zim",
  "image": "example/forum",
  "outputParam": "output",
  "fields": [
    { "key": "site", "type": "url", "label": "Site", "required": true }
  ]
}`

function Form({
  type,
  given,
  onDone,
}: {
  type?: string
  given?: { version: string; text: string }
  onDone: () => void
}) {
  const t = useTranslations('schedules.types')
  const common = useTranslations('common')
  const router = useRouter()
  const queries = useQueryClient()
  const ids = { version: useId(), text: useId() }
  const [version, setVersion] = useState(given?.version ?? '1')
  const [text, setText] = useState(given?.text ?? '')
  const save = useMutation({
    mutationFn: async () => {
      let definition: unknown
      try {
        definition = JSON.parse(text)
      } catch (error) {
        throw new Error(t('noJson', { why: error instanceof Error ? error.message : '' }))
      }
      return type === undefined
        ? api.call(createTaskType, { body: { definition: definition as never, version } })
        : api.call(putTaskTypeVersion, { params: { id: type, version }, body: definition as never })
    },
    onSuccess: async ({ taskType }) => {
      await queries.invalidateQueries({ queryKey: ['taskTypes'] })
      router.push(`/task-types/${encodeURIComponent(taskType)}?version=${encodeURIComponent(version)}`)
      onDone()
    },
  })
  const fields = save.error instanceof CroftError ? save.error.fields : {}
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <div className="grid gap-1">
        <label className="label" htmlFor={ids.version}>
          {t('versionLabel')}
        </label>
        <input
          id={ids.version}
          className="field"
          required
          maxLength={100}
          value={version}
          onChange={(event) => setVersion(event.target.value)}
        />
      </div>
      <div className="grid gap-1">
        <label className="label" htmlFor={ids.text}>
          {t('definition')}
        </label>
        <textarea
          id={ids.text}
          className="field min-h-64 font-mono text-xs"
          spellCheck={false}
          required
          placeholder={EXAMPLE}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      {save.error !== null &&
        (Object.keys(fields).length > 0 ? (
          <div role="alert">
            <Complaints title={t('unusable')} fields={fields} />
          </div>
        ) : (
          <Problem error={save.error} />
        ))}
      <div className="flex justify-end gap-2">
        <button type="button" className="button" onClick={onDone}>
          {common('cancel')}
        </button>
        <button type="submit" className="button button-primary" disabled={save.isPending}>
          {t('save')}
        </button>
      </div>
    </form>
  )
}

/** Adds a task type, or a version of one: an administrator pastes the definition. */
export function PasteDefinition({ type, given }: { type?: string; given?: { version: string; text: string } }) {
  const t = useTranslations('schedules.types')
  const allowed = useMay(type === undefined ? 'task_types.create' : 'task_types.update')
  const [open, setOpen] = useState(false)
  if (!allowed) return null
  const label = t(type === undefined ? 'add' : 'replace')
  return (
    <>
      <button type="button" className="button button-primary" onClick={() => setOpen(true)}>
        <FileJson aria-hidden className="size-4" /> {label}
      </button>
      <Dialog title={label} open={open} onClose={() => setOpen(false)}>
        <Form type={type} given={given} onDone={() => setOpen(false)} />
      </Dialog>
    </>
  )
}
