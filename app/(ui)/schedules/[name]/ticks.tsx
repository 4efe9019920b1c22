'use client'

import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Ago, At, useNow } from '#components/time'
import type { Schedule } from '../editor/model'

const FIRST = 4

/** When the farm will request it by itself, by the rule that its periodic job goes by. */
export function Ticks({ schedule }: { schedule: Schedule }) {
  const t = useTranslations('schedules')
  const now = useNow()
  const [all, setAll] = useState(false)
  const { ticks } = schedule
  const shown = all ? ticks : ticks.slice(0, FIRST)
  return (
    <section className="panel" aria-label={t('ticks.title')}>
      <h2 className="border-line border-b px-4 py-3">{t('ticks.title')}</h2>
      {ticks.length === 0 ? (
        <p className="text-muted px-4 py-3 text-sm">
          {t(schedule.archivedAt !== null ? 'ticks.archived' : schedule.enabled ? 'ticks.none' : 'ticks.disabled')}
        </p>
      ) : (
        <div className="space-y-2 px-4 py-3 text-sm">
          <ol className="space-y-1.5">
            {shown.map((tick, index) => (
              <li key={tick} className="flex flex-wrap items-baseline justify-between gap-x-4">
                <At date={tick} />
                <span className="text-muted">
                  {index === 0 && new Date(tick).getTime() <= now ? t('dueNow') : <Ago date={tick} />}
                </span>
              </li>
            ))}
          </ol>
          {ticks.length > FIRST && !all && (
            <button type="button" className="link" onClick={() => setAll(true)}>
              {t('ticks.all', { count: ticks.length })}
            </button>
          )}
          <p className="text-muted text-xs">{t('ticks.explained')}</p>
        </div>
      )}
    </section>
  )
}
