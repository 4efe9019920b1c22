'use client'

import { ListFilter, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useEffect, useId, useState } from 'react'
import { SearchField } from '#components/form'
import { useFormat } from '#components/format'
import { MultiFilter } from '#components/multi-filter'
import { TAB_STATUSES } from '#lib/core/pipeline'
import { REASON_CODES, STAGES } from '#lib/core/task'
import { useWorkers } from '../queries'
import { useTaskTypes } from './queries'
import { isFiltered, NO_FILTER, queryOf, type SetView, type View } from './state'

type Props = { view: View; setView: SetView }

/** The schedule's name, asked for when one stops typing. */
function Search({ view, setView }: Props) {
  const t = useTranslations('pipeline')
  const [text, setText] = useState(view.q)
  const [seen, setSeen] = useState(view.q)
  if (seen !== view.q) {
    setSeen(view.q)
    setText(view.q)
  }
  useEffect(() => {
    if (text === view.q) return
    const timer = setTimeout(() => void setView({ q: text || null }, { history: 'replace' }), 250)
    return () => clearTimeout(timer)
  }, [text, view.q, setView])
  return (
    <SearchField
      className="w-full sm:w-60"
      label={t('search.label')}
      placeholder={t('search.placeholder')}
      value={text}
      onChange={setText}
    />
  )
}

const SPANS = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000, month: 30 * 86_400_000 } as const

function Time({ view, setView }: Props) {
  const t = useTranslations('pipeline')
  const format = useFormat()
  const custom = view.since !== null || view.until !== null
  return (
    <select
      className={`field text-sm ${custom ? 'border-accent text-accent' : ''}`}
      aria-label={t('filter.time')}
      value={custom ? 'custom' : ''}
      onChange={(event) => {
        const span = SPANS[event.target.value as keyof typeof SPANS]
        void setView({ since: event.target.value === '' ? null : new Date(Date.now() - span), until: null })
      }}
    >
      <option value="">{t('filter.time')}</option>
      {custom && (
        <option value="custom" disabled>
          {[
            view.since !== null && `${t('filter.since')} ${format.at(view.since)}`,
            view.until !== null && `${t('filter.until')} ${format.at(view.until)}`,
          ]
            .filter(Boolean)
            .join(' ')}
        </option>
      )}
      {(Object.keys(SPANS) as (keyof typeof SPANS)[]).map((span) => (
        <option key={span} value={span}>
          {t(`filter.${span}`)}
        </option>
      ))}
    </select>
  )
}

/** The filters of the list that is shown; each of its columns has one. */
export function Filters({ view, setView }: Props) {
  const t = useTranslations('pipeline')
  const common = useTranslations('common')
  const [asked, setAsked] = useState(false)
  const [shown, setShown] = useState(false)
  const types = useTaskTypes(asked)
  const workers = useWorkers(asked)
  const { tab } = view
  const id = useId()
  const filtered = isFiltered(queryOf(view))
  const open = () => setAsked(true)
  const named = (names: string[]) => names.map((name) => ({ id: name, label: name }))
  return (
    <div role="search" aria-label={t('filter.label')} className="flex flex-wrap items-center gap-2">
      <Search view={view} setView={setView} />
      <button
        type="button"
        className="button sm:hidden"
        aria-expanded={shown}
        aria-controls={id}
        onClick={() => setShown(!shown)}
      >
        <ListFilter aria-hidden className={`size-4 ${filtered ? 'text-accent' : ''}`} /> {t('filter.label')}
      </button>
      <div id={id} className={`${shown ? 'flex' : 'hidden'} w-full flex-wrap items-center gap-2 sm:contents`}>
        <MultiFilter
          label={t('filter.type')}
          choices={named((types.data?.items ?? []).map(({ id }) => id))}
          value={view.type}
          onOpen={open}
          onChange={(type) => void setView({ type })}
        />
        {tab === 'failed' && (
          <MultiFilter
            label={t('filter.reason')}
            choices={REASON_CODES.map((code) => ({ id: code, label: t(`reason.${code}`) }))}
            value={view.reason}
            onChange={(reason) => void setView({ reason: reason as View['reason'] })}
          />
        )}
        {tab === 'running' && (
          <MultiFilter
            label={t('filter.stage')}
            choices={STAGES.map((stage) => ({ id: stage, label: common(`stage.${stage}`) }))}
            value={view.stage}
            onChange={(stage) => void setView({ stage: stage as View['stage'] })}
          />
        )}
        {tab === 'done' && (
          <MultiFilter
            label={t('filter.status')}
            choices={TAB_STATUSES.done.map((status) => ({ id: status, label: common(`status.${status}`) }))}
            value={view.status}
            onChange={(status) => void setView({ status: status as View['status'] })}
          />
        )}
        <MultiFilter
          label={tab === 'queued' ? t('filter.pinned') : t('filter.worker')}
          choices={named((workers.data?.items ?? []).map(({ name }) => name))}
          value={view.worker}
          onOpen={open}
          onChange={(worker) => void setView({ worker })}
        />
        <MultiFilter
          label={t('filter.by')}
          choices={[]}
          value={view.by}
          extra={{ label: t('filter.by'), placeholder: t('filter.byPlaceholder') }}
          onChange={(by) => void setView({ by })}
        />
        <MultiFilter
          label={t('filter.platform')}
          choices={[]}
          value={view.platform}
          extra={{ label: t('filter.platform'), placeholder: t('filter.platformPlaceholder') }}
          onChange={(platform) => void setView({ platform })}
        />
        {tab === 'queued' && (
          <select
            className={`field text-sm ${view.min > 0 ? 'border-accent text-accent' : ''}`}
            aria-label={t('filter.priority')}
            value={view.min}
            onChange={(event) => void setView({ min: Number(event.target.value) || null })}
          >
            <option value={0}>{t('filter.priority')}</option>
            {Array.from({ length: 10 }, (_, index) => (
              <option key={index} value={index + 1}>
                {t('filter.atLeast', { value: index + 1 })}
              </option>
            ))}
          </select>
        )}
        <Time view={view} setView={setView} />
      </div>
      {filtered && (
        <button
          type="button"
          className="link inline-flex min-h-9 items-center gap-1 text-sm"
          onClick={() => void setView(NO_FILTER)}
        >
          <X aria-hidden className="size-4" /> {t('filter.clear')}
        </button>
      )}
    </div>
  )
}
