'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { Loading, Problem } from '#components/states'
import { useLive } from '../live'
import { PasteDefinition } from './paste-definition'
import { useTaskTypes } from './queries'

export function TaskTypeList() {
  useLive()
  const t = useTranslations('schedules.types')
  const top = useTranslations('schedules')
  const { data, error, isPending, refetch } = useTaskTypes()
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-4">
        <div>
          <p className="label">
            <Link href="/schedules" className="link">
              {top('title')}
            </Link>
          </p>
          <h1>{t('title')}</h1>
        </div>
        <PasteDefinition />
      </div>
      <section className="panel overflow-hidden" aria-label={t('title')}>
        {isPending ? (
          <Loading />
        ) : error !== null ? (
          <Problem error={error} retry={() => void refetch()} />
        ) : (
          <ul className="divide-line divide-y">
            {data.items.map((type) => (
              <li
                key={type.id}
                className="hover:bg-sunken/50 relative grid gap-x-6 gap-y-1 px-4 py-3 sm:grid-cols-[minmax(0,2fr)_10rem_12rem] sm:items-center"
              >
                <div className="min-w-0">
                  <Link
                    href={`/task-types/${encodeURIComponent(type.id)}`}
                    className="link font-medium break-all after:absolute after:inset-0"
                  >
                    {type.title}
                  </Link>
                  <div className="text-muted text-xs">{[type.id, type.description].filter(Boolean).join(' · ')}</div>
                </div>
                <div className="text-muted text-sm">{t('fieldCount', { count: type.fields.length })}</div>
                <div className="text-sm break-all">
                  {type.versions.length === 0
                    ? t('noVersion')
                    : type.versions.length === 1
                      ? t('version', { version: type.version })
                      : t('versionOf', { version: type.version, count: type.versions.length })}
                </div>
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  )
}
