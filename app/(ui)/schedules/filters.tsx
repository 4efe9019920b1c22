'use client'

import { Columns3, Download, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useMemo, useState } from 'react'
import { PopoverButton } from '#components/menu'
import { SearchField } from '#components/form'
import { MultiFilter } from '#components/multi-filter'
import { pathOf } from '#lib/client/client'
import { exportSchedules } from '#lib/contract/schedule-work'
import { PERIODICITIES } from '#lib/core/schedule'
import { useMay } from '../queries'
import { useTaskTypes } from '../task-types/queries'
import { useSuggestions } from './queries'
import {
  COLUMNS,
  isFiltered,
  keepColumns,
  LAST,
  NO_FILTER,
  queryOf,
  STATES,
  type Column,
  type SetView,
  type View,
} from './state'

/** What of the schedules is shown. */
export function Filters({ view, setView }: { view: View; setView: SetView }) {
  const t = useTranslations('schedules')
  const status = useTranslations('common.status')
  const mayArchive = useMay('schedules.archive')
  const [opened, setOpened] = useState(false)
  const suggested = useSuggestions(opened || view.language.length > 0).data
  const types = useTaskTypes().data
  const open = () => setOpened(true)
  const choices = (values: readonly string[] | undefined) => (values ?? []).map((id) => ({ id, label: id }))
  const languages = useMemo(
    () => suggested?.languages.map(({ code, nameEn }) => ({ id: code, label: `${nameEn} (${code})` })) ?? [],
    [suggested],
  )
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2" role="search" aria-label={t('filter.label')}>
      <SearchField
        className="w-full grow sm:w-auto sm:max-w-sm sm:min-w-64"
        label={t('search')}
        placeholder={t('searchHint')}
        value={view.q}
        onChange={(q) => void setView({ q: q || null })}
      />
      <MultiFilter
        label={t('filter.taskType')}
        choices={(types?.items ?? []).map(({ id, title }) => ({ id, label: title }))}
        value={view.type}
        onChange={(type) => void setView({ type })}
      />
      <MultiFilter
        label={t('filter.category')}
        choices={choices(suggested?.categories)}
        value={view.category}
        onOpen={open}
        onChange={(category) => void setView({ category })}
      />
      <MultiFilter
        label={t('filter.language')}
        choices={languages}
        value={view.language}
        onOpen={open}
        onChange={(language) => void setView({ language })}
      />
      <MultiFilter
        label={t('filter.tag')}
        choices={choices(suggested?.tags)}
        value={view.tag}
        onOpen={open}
        onChange={(tag) => void setView({ tag })}
      />
      <MultiFilter
        label={t('filter.periodicity')}
        choices={PERIODICITIES.map((id) => ({ id, label: t(`periodicity.${id}`) }))}
        value={view.every}
        onChange={(every) => void setView({ every: PERIODICITIES.filter((one) => every.includes(one)) })}
      />
      <MultiFilter
        label={t('filter.lastStatus')}
        choices={LAST.map((id) => ({ id, label: id === 'never' ? t('filter.never') : status(id) }))}
        value={view.last}
        onChange={(last) => void setView({ last: LAST.filter((one) => last.includes(one)) })}
      />
      <MultiFilter
        label={t('filter.state')}
        choices={[...STATES, ...(mayArchive ? (['archived'] as const) : [])].map((id) => ({
          id,
          label: t(`filter.${id}`),
        }))}
        value={[
          ...view.state,
          ...(view.show === 'invalid' ? ['invalid'] : []),
          ...(view.archived || view.show === 'archived' ? ['archived'] : []),
        ]}
        onChange={(state) =>
          void setView({
            state: STATES.filter((one) => state.includes(one)),
            archived: state.includes('archived') || null,
            show: null,
          })
        }
      />
      {isFiltered(queryOf(view)) && (
        <button type="button" className="button" onClick={() => void setView(NO_FILTER)}>
          <X aria-hidden className="size-4" /> {t('reset')}
        </button>
      )}
    </div>
  )
}

/** Which columns the list has. */
export function ColumnChoice({ columns, setView }: { columns: readonly Column[]; setView: SetView }) {
  const t = useTranslations('schedules.column')
  const toggle = (column: Column) => {
    const next = COLUMNS.filter((one) => (one === column) !== columns.includes(one))
    keepColumns(next)
    void setView({ columns: next })
  }
  return (
    <PopoverButton label={t('choose')} text={t('choose')} icon={Columns3}>
      {() => (
        <div role="group" aria-label={t('choose')} className="space-y-0.5">
          {COLUMNS.map((column) => (
            <label
              key={column}
              className="hover:bg-sunken flex min-h-8 items-center gap-2 rounded-md px-2 py-1 text-sm"
            >
              <input
                type="checkbox"
                className="checkbox"
                checked={columns.includes(column)}
                onChange={() => toggle(column)}
              />
              {t(column)}
            </label>
          ))}
        </div>
      )}
    </PopoverButton>
  )
}

/** All that the filter finds, as a file. */
export function Export({ view }: { view: View }) {
  const t = useTranslations('schedules.export')
  if (!useMay('schedules.read')) return null
  return (
    <PopoverButton label={t('label')} text={t('label')} icon={Download}>
      {(close) =>
        (['csv', 'json'] as const).map((format) => (
          <a
            key={format}
            download
            className="hover:bg-sunken block rounded-md px-3 py-2 text-sm"
            href={pathOf(exportSchedules, {}, { ...queryOf(view), format })}
            onClick={close}
          >
            {t(format)}
          </a>
        ))
      }
    </PopoverButton>
  )
}
