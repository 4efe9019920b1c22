'use client'

import { useTranslations } from 'next-intl'
import { useFormat } from '#components/format'
import type { Worker } from './queries'

/** Why a worker takes nothing, in whole sentences: who, since when, until when, and what is left. */
export function WhyHeld({ worker }: { worker: Worker }) {
  const t = useTranslations('workers.why')
  const format = useFormat()
  const { disabled, cordoned, quiet, running } = worker
  const lines: string[] = []
  if (disabled !== null)
    lines.push(
      t('disabled', {
        when: format.at(disabled.since),
        by: disabled.by ?? 'none',
        reason: disabled.reason ?? t('noReason'),
      }),
    )
  if (cordoned !== null) {
    const reason = cordoned.reason ?? t('noReason')
    const when = format.at(cordoned.since)
    lines.push(
      cordoned.draining
        ? t('draining', { when, by: cordoned.by ?? '', reason })
        : t('cordoned', { when, by: cordoned.by ?? 'none', reason }),
    )
    if (cordoned.draining)
      lines.push(
        cordoned.emptySince === null
          ? t('left', { count: running.length })
          : t('empty', { when: format.at(cordoned.emptySince) }),
      )
    if (cordoned.until !== null) lines.push(t('until', { when: format.at(cordoned.until) }))
  }
  if (quiet !== null && quiet.until !== null) lines.push(t('quiet', { when: format.at(quiet.until) }))
  if (lines.length === 0) return null
  return (
    <div className="text-sm" dir="auto" data-testid="why-held">
      {lines.map((line) => (
        <p key={line} className="break-words" suppressHydrationWarning>
          {line}
        </p>
      ))}
    </div>
  )
}
