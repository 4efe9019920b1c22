'use client'

import { CircleCheck } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { At, useNow } from '#components/time'
import type { FieldErrors } from '#lib/core/error'
import { ticksOf } from '#lib/core/period'
import { complaintText } from './complaint-text'
import { controlId } from './field-frame'
import type { Draft, Schedule } from './model'

/** Leads to the control of a place. */
function focusOn(path: string) {
  const place = /^notification\.\w+\.\w+/.exec(path)?.[0] ?? path
  const control = document.getElementById(controlId(place))
  control?.scrollIntoView({ block: 'center' })
  control?.focus({ preventScroll: true })
}

export function Problems({ errors, nameOf }: { errors: FieldErrors; nameOf: (path: string) => string }) {
  const t = useTranslations('editor')
  const entries = Object.entries(errors)
  const say = (key: string, values: Record<string, string>) => t(`complaints.${key}` as 'complaints.required', values)
  return (
    <section id="problems" className="panel scroll-mt-20 p-4" aria-label={t('problems.title')}>
      <h2 className="mb-2">{t('problems.title')}</h2>
      {entries.length === 0 ? (
        <p className="text-good flex items-center gap-2 text-sm">
          <CircleCheck aria-hidden className="size-4" /> {t('problems.none')}
        </p>
      ) : (
        <ul className="space-y-1.5 text-sm">
          {entries.map(([path, why]) => (
            <li key={path}>
              <button type="button" className="link text-left font-medium" onClick={() => focusOn(path)}>
                {nameOf(path)}
              </button>{' '}
              <span className="text-bad">{why.map((one) => complaintText(say, one)).join(', ')}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

export function Command({ command }: { command: readonly string[] | undefined }) {
  const t = useTranslations('editor')
  return (
    <section className="panel p-4" aria-label={t('command')}>
      <h2 className="mb-2">{t('command')}</h2>
      <pre
        dir="ltr"
        tabIndex={0}
        aria-label={t('command')}
        className="bg-sunken max-h-64 overflow-auto rounded-lg p-3 font-mono text-xs break-all whitespace-pre-wrap"
      >
        {(command ?? []).join(' \\\n  ')}
      </pre>
    </section>
  )
}

export function Similar({ similar }: { similar: readonly { id: string; name: string; shared: string[] }[] }) {
  const t = useTranslations('editor')
  if (similar.length === 0) return null
  return (
    <section className="panel p-4" aria-label={t('similar.title')}>
      <h2 className="mb-1">{t('similar.title')}</h2>
      <p className="text-muted mb-2 text-xs">{t('similar.explained')}</p>
      <ul className="space-y-1.5 text-sm">
        {similar.map(({ id, name, shared }) => (
          <li key={id} className="min-w-0">
            <Link
              className="link font-medium break-all"
              target="_blank"
              href={`/schedules/${encodeURIComponent(name)}`}
            >
              {name}
            </Link>
            <div className="text-muted text-xs break-all">{shared.join(', ')}</div>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** When it would run, as it is edited: by the rule that the farm itself goes by. */
export function NextRuns({ draft, schedule }: { draft: Draft; schedule: Schedule | null }) {
  const now = useNow()
  const t = useTranslations('editor')
  const date = (text: string | null | undefined) => (text === null || text === undefined ? null : new Date(text))
  const last = schedule?.lastTask ?? null
  const ticks = ticksOf(
    {
      periodicity: draft.periodicity,
      periodFrom: draft.periodFrom,
      enabled: draft.enabled,
      archivedAt: null,
      createdAt: date(schedule?.createdAt) ?? new Date(now),
      queued: schedule?.queued ?? 0,
      lastTask:
        last === null ? null : { status: last.status, startedAt: date(last.startedAt), endedAt: date(last.endedAt) },
      lastSuccessAt: date(schedule?.lastSuccessAt),
      failedInRow: schedule?.failedInRow ?? 0,
    },
    { now: new Date(now), seconds: schedule?.durations.workers[0]?.seconds ?? 3600, count: 5 },
  )
  return (
    <section className="panel p-4" aria-label={t('next.title')}>
      <h2 className="mb-2">{t('next.title')}</h2>
      {ticks.length === 0 ? (
        <p className="text-muted text-sm">{t(draft.enabled ? 'next.manually' : 'next.disabled')}</p>
      ) : (
        <ol className="space-y-1 text-sm">
          {ticks.map((tick) => (
            <li key={tick.getTime()}>
              <At date={tick.getTime()} />
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}
