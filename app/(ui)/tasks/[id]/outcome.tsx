'use client'

import { CircleX, OctagonX } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useFormat } from '#components/format'
import { isFinal } from '#lib/core/task'
import { useTaskEvents } from '../../queries'
import type { Task } from './queries'

const KNOWN = ['1', '2', '126', '127', '130', '134', '137', '139', '143'] as const

/** What an exit code tells; those over 128 are signals. */
export function useExit() {
  const t = useTranslations('task')
  return (code: number) => {
    const known = KNOWN.find((one) => one === String(code))
    if (known !== undefined) return t(`exit.${known}`)
    return code > 128 && code <= 192 ? t('exit.signal', { signal: code - 128 }) : t('exit.other', { code })
  }
}

/** How it ended, where that needs words: why it failed and what can be done, or who canceled it. */
export function Outcome({ task }: { task: Task }) {
  const t = useTranslations('task')
  const reasons = useTranslations('pipeline')
  const format = useFormat()
  const exit = useExit()
  const events = useTaskEvents(task.id)
  const retried = events.data?.items.findLast((event) => event.kind === 'task.retried')?.data.as
  const again = typeof retried === 'string' && (
    <p className="mt-2">
      {t.rich('outcome.retriedAs', {
        link: (chunks) => (
          <Link className="link" href={`/tasks/${retried}`}>
            {chunks}
          </Link>
        ),
      })}
    </p>
  )
  if (task.status === 'failed' && task.reasonCode !== null) {
    return (
      <div role="alert" className="bg-bad-soft mt-4 flex gap-3 rounded-lg p-4 text-sm">
        <CircleX aria-hidden className="text-bad mt-0.5 size-5 shrink-0" />
        <div className="min-w-0 flex-1 space-y-2">
          <p className="text-base font-semibold">
            {t('outcome.failed', { reason: reasons(`reason.${task.reasonCode}`) })}
          </p>
          {task.reasonText && (
            <p dir="auto" className="font-mono text-xs break-words whitespace-pre-wrap">
              {task.reasonText}
            </p>
          )}
          {task.exitCode !== null && task.exitCode !== 0 && (
            <p>
              <span className="font-medium">{t('outcome.exit', { code: task.exitCode })}:</span> {exit(task.exitCode)}
            </p>
          )}
          <p>
            <span className="font-medium">{t('outcome.todo')}:</span>{' '}
            {t(`todo.${task.reasonCode}`, {
              memory: format.bytes(task.resources.memory),
              disk: format.bytes(task.resources.disk),
            })}
          </p>
          <p className="text-muted text-xs">{t('outcome.code', { code: task.reasonCode })}</p>
          {again}
        </div>
      </div>
    )
  }
  if (task.status === 'canceled' || (task.cancelRequestedAt !== null && !isFinal(task.status))) {
    return (
      <div className="bg-sunken mt-4 flex gap-3 rounded-lg p-4 text-sm">
        <OctagonX aria-hidden className="text-warn mt-0.5 size-5 shrink-0" />
        <div>
          <p>
            {t(task.status === 'canceled' ? 'outcome.canceled' : 'outcome.canceling', { name: task.canceledBy ?? '–' })}
          </p>
          {again}
        </div>
      </div>
    )
  }
  return null
}
