'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import dynamic from 'next/dynamic'
import { parseAsBoolean, parseAsString, useQueryStates } from 'nuqs'
import { useState } from 'react'
import { Empty, Loading, PageProblem } from '#components/states'
import { withoutIdentity } from '#lib/core/identity'
import { exampleOf } from '#lib/core/task-types/examples'
import { useMay, useMe } from '../../queries'
import { useTaskTypes, useVersion } from '../../task-types/queries'
import { blankDraft, toDraft } from '../editor/model'
import { useMasked } from '../queries'

const Editor = dynamic(() => import('../editor/editor').then((module) => module.Editor), {
  loading: () => <Loading rows={8} />,
  ssr: false,
})

/** A new schedule: from nothing, from its task type's example, or as a copy of another one. All of it in the address. */
export function NewSchedule() {
  const t = useTranslations('editor')
  const me = useMe()
  const allowed = useMay('schedules.create')
  const [{ type, example, from }, setChoice] = useQueryStates({
    type: parseAsString,
    example: parseAsBoolean.withDefault(false),
    from: parseAsString,
  })
  const copied = useMasked(from)
  const types = useTaskTypes()
  const chosen = from === null ? types.data?.items.find(({ id }) => id === type) : undefined
  const source = copied.data
  const taskType = source?.taskType ?? chosen?.id ?? ''
  const version = source?.definitionVersion ?? chosen?.version ?? ''
  const definition = useVersion(taskType, version)

  const head = (
    <>
      <p className="label">
        <Link href="/schedules" className="link">
          {t('schedules')}
        </Link>
      </p>
      <h1 className="mb-4">{from === null ? t('newTitle') : t('copyTitle', { name: from })}</h1>
    </>
  )
  const error = copied.error ?? types.error ?? definition.error
  if (error !== null) return <PageProblem title={t('newTitle')} error={error} retry={() => void types.refetch()} />
  if (me.isPending || types.data === undefined || (from !== null && copied.isPending)) return <Loading rows={8} />
  if (!allowed)
    return (
      <>
        {head}
        <div className="panel">
          <Empty title={t('forbidden')} />
        </div>
      </>
    )
  if (taskType === '')
    return (
      <>
        {head}
        <ChooseType
          types={types.data.items}
          onChoose={(id, withExample) =>
            void setChoice({ type: id, example: withExample || null }, { history: 'push' })
          }
        />
      </>
    )
  if (definition.data === undefined) return <Loading rows={8} />
  const blank = blankDraft(definition.data.definition, version)
  const given = example ? exampleOf(taskType) : undefined
  const start =
    source === undefined
      ? given === undefined
        ? blank
        : { ...blank, category: given.category, config: { ...blank.config, ...given.config } }
      : {
          ...toDraft(source),
          name: '',
          archived: false,
          enabled: false,
          config: { ...source.config, params: withoutIdentity(definition.data.definition, source.config.params) },
        }
  return (
    <>
      {head}
      <p className="text-muted mb-4 text-sm">
        {source !== undefined ? t('copyExplained') : given !== undefined ? t('exampleExplained') : t('blankExplained')}
      </p>
      <Editor
        key={`${taskType} ${from ?? ''} ${example}`}
        account={me.data?.username ?? ''}
        subject={from === null ? `new:${taskType}:${example ? 'example' : ''}` : `copy:${from}`}
        start={start}
        latest={null}
        copyOf={source?.name}
      />
    </>
  )
}

type TaskTypes = NonNullable<ReturnType<typeof useTaskTypes>['data']>['items']

function ChooseType({ types, onChoose }: { types: TaskTypes; onChoose: (id: string, example: boolean) => void }) {
  const t = useTranslations('editor.choose')
  const [text, setText] = useState('')
  const wanted = text.trim().toLowerCase()
  const shown = types.filter(
    ({ id, title, description, versions, executor }) =>
      versions.length > 0 &&
      executor !== 'in_process' &&
      `${id} ${title} ${description}`.toLowerCase().includes(wanted),
  )
  return (
    <section aria-label={t('title')}>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <h2>{t('title')}</h2>
        <input
          type="search"
          className="field w-full sm:w-72"
          aria-label={t('search')}
          placeholder={t('search')}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      {shown.length === 0 && <Empty title={t('none')} />}
      <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {shown.map(({ id, title, description }) => (
          <li key={id} className="panel flex flex-col gap-3 p-4">
            <div className="grow">
              <h3 className="font-medium">{title}</h3>
              <p className="text-muted text-xs">{id}</p>
              <p className="mt-1 text-sm">{description}</p>
            </div>
            <div className="flex flex-wrap gap-2">
              <button type="button" className="button button-primary" onClick={() => onChoose(id, false)}>
                {t('blank')}
                <span className="sr-only"> {title}</span>
              </button>
              {exampleOf(id) !== undefined && (
                <button type="button" className="button" onClick={() => onChoose(id, true)}>
                  {t('example')}
                  <span className="sr-only"> {title}</span>
                </button>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
