'use client'

import { Search } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import type { FieldErrors } from '#lib/core/error'
import type { ParamValue } from '#lib/core/schedule'
import type { Field, TaskTypeDefinition } from '#lib/core/task-type'
import type { Draft } from './model'
import { ParamField } from './param-field'

type Check = { relaxed: boolean; blobUrl: string; blobMaxSize: number }
const SHOWN = ['main', 'set', 'problems', 'all'] as const
type Shown = (typeof SHOWN)[number]

/** What the farm writes itself: nobody edits it. */
export const setByFarm = (definition: TaskTypeDefinition): Set<string> =>
  new Set([
    ...definition.fields.flatMap(({ key, frozen }) => (frozen === true ? [key] : [])),
    ...[definition.outputParam, definition.progressParam].filter((key) => key !== undefined),
  ])

/** The first fields that most schedules need: those that must be set, one of which must be set, and that describe the product. */
const MAIN = /^(title|description|long-?description|language|lang|name|creator|publisher)$/i
const isMain = (definition: TaskTypeDefinition, field: Field) =>
  field.required === true ||
  MAIN.test(field.key) ||
  field.type === 'blob' ||
  (definition.exclusive ?? []).some((group) => group.includes(field.key))

/** The parameters of the task type, as a form. */
export function ParamsSection({
  definition,
  check,
  draft,
  errors,
  schedule,
  onChange,
}: {
  definition: TaskTypeDefinition
  check: Check
  draft: Draft
  errors: FieldErrors
  schedule: string | null
  onChange: (key: string, value: ParamValue | undefined) => void
}) {
  const t = useTranslations('editor.params')
  const [text, setText] = useState('')
  const [shown, setShown] = useState<Shown>('main')
  const farm = setByFarm(definition)
  const editable = definition.fields.filter(({ key }) => !farm.has(key))
  const wanted = text.trim().toLowerCase()
  const is = {
    main: (field: Field) => isMain(definition, field) || draft.config.params[field.key] !== undefined,
    set: (field: Field) => draft.config.params[field.key] !== undefined,
    problems: (field: Field) => errors[`config.params.${field.key}`] !== undefined,
    all: () => true,
  } satisfies Record<Shown, (field: Field) => boolean>
  const counts = Object.fromEntries(SHOWN.map((one) => [one, editable.filter(is[one]).length]))
  const fields = editable.filter((field) =>
    wanted === ''
      ? is[shown](field) || is.problems(field)
      : `${field.key} ${field.label} ${field.description}`.toLowerCase().includes(wanted),
  )
  const unknown = Object.keys(draft.config.params).filter((key) => !definition.fields.some((one) => one.key === key))
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center gap-2">
        <div className="relative min-w-48 grow">
          <Search aria-hidden className="text-muted absolute top-2.5 left-3 size-4" />
          <input
            type="search"
            className="field w-full pl-9"
            aria-label={t('search')}
            placeholder={t('search')}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        <div role="group" aria-label={t('which')} className="flex flex-wrap gap-1">
          {SHOWN.map((one) => (
            <button
              key={one}
              type="button"
              className="button aria-pressed:border-accent aria-pressed:bg-accent-soft"
              aria-pressed={shown === one && wanted === ''}
              onClick={() => {
                setText('')
                setShown(one)
              }}
            >
              {t(`shown.${one}`, { count: counts[one] ?? 0 })}
            </button>
          ))}
        </div>
      </div>
      {fields.length === 0 && <p className="text-muted py-4 text-center text-sm">{t('none')}</p>}
      <div className="grid gap-x-6 gap-y-5 sm:grid-cols-2">
        {fields.map((field) => (
          <div
            key={field.key}
            className={
              field.type === 'long-text' || field.list === true || field.type === 'blob' ? 'sm:col-span-2' : ''
            }
          >
            <ParamField
              field={field}
              value={draft.config.params[field.key]}
              complaints={errors[`config.params.${field.key}`]}
              relaxed={check.relaxed}
              schedule={schedule}
              blobUrl={check.blobUrl}
              blobMaxSize={check.blobMaxSize}
              onChange={onChange}
            />
          </div>
        ))}
      </div>
      {unknown.length > 0 && (
        <div className="border-warn/40 space-y-2 rounded-lg border p-3 text-sm">
          <p>{t('unknown')}</p>
          <ul className="flex flex-wrap gap-2">
            {unknown.map((key) => (
              <li key={key}>
                <button type="button" className="button" onClick={() => onChange(key, undefined)}>
                  {t('removeUnknown', { key })}
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}
