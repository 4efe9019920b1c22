'use client'

import dynamic from 'next/dynamic'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { SCHEDULE_ACTIONS, SCHEDULE_PERMISSION, type ScheduleAction } from '#lib/core/bulk'
import { useMay } from '../queries'
import type { Selection } from './bulk-dialog'

const BulkDialog = dynamic(() => import('./bulk-dialog').then((module) => module.BulkDialog))

/** How many are selected, and what can be done with them. */
export function BulkBar({
  selection,
  count,
  total,
  archived,
  whole,
  onWhole,
  onClear,
}: {
  selection: Selection
  count: number
  total: number | undefined
  archived: boolean
  whole: boolean
  onWhole: () => void
  onClear: () => void
}) {
  const t = useTranslations('schedules.bulk')
  const [action, setAction] = useState<ScheduleAction | null>(null)
  const may: Record<string, boolean> = {
    'schedules.update': useMay('schedules.update'),
    'schedules.archive': useMay('schedules.archive'),
    'requests.create': useMay('requests.create'),
  }
  const possible = SCHEDULE_ACTIONS.filter(
    (one) => may[SCHEDULE_PERMISSION[one]] === true && (archived ? one === 'restore' : one !== 'restore'),
  )
  return (
    <div
      role="region"
      aria-label={t('label')}
      className="bg-accent-soft flex flex-wrap items-center gap-2 rounded-lg px-3 py-2 text-sm"
    >
      <span className="font-medium" role="status">
        {whole ? t('whole', { count }) : t('selected', { count })}
      </span>
      {!whole && total !== undefined && total > count && (
        <button type="button" className="link" onClick={onWhole}>
          {t('wholeFilter', { count: total })}
        </button>
      )}
      <button type="button" className="link" onClick={onClear}>
        {t('clear')}
      </button>
      <span className="flex flex-wrap gap-1.5" role="group" aria-label={t('act')}>
        {possible.map((one) => (
          <button key={one} type="button" className="button" onClick={() => setAction(one)}>
            {t(`action.${one}`)}
          </button>
        ))}
      </span>
      {action !== null && (
        <BulkDialog
          action={action}
          selection={selection}
          count={count}
          onClose={(done) => {
            setAction(null)
            if (done) onClear()
          }}
        />
      )}
    </div>
  )
}
