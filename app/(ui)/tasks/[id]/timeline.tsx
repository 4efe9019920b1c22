'use client'

import { Check, CircleDashed, CircleX, Loader, OctagonX } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useFormat } from '#components/format'
import { useNow } from '#components/time'
import { isFinal, type HistoryCode } from '#lib/core/task'
import type { Task } from './queries'

const LOOK = (code: HistoryCode, last: boolean, over: boolean) => {
  if (code === 'succeeded') return { icon: Check, tone: 'bg-good text-panel' }
  if (code === 'failed') return { icon: CircleX, tone: 'bg-bad text-panel' }
  if (code === 'canceled' || code === 'cancel_requested') return { icon: OctagonX, tone: 'bg-warn text-panel' }
  if (last && !over) return { icon: code === 'requested' ? CircleDashed : Loader, tone: 'bg-busy text-panel' }
  return { icon: Check, tone: 'bg-accent-soft text-accent' }
}

/** The moves and stages of a task in order, each with how long it lasted. */
export function Timeline({ task }: { task: Task }) {
  const t = useTranslations('task')
  const format = useFormat()
  const now = useNow()
  const { history } = task
  const over = isFinal(task.status)
  return (
    <ol className="grid gap-x-0 gap-y-3 sm:flex sm:flex-wrap" aria-label={t('timeline')}>
      {history.map(({ code, at }, index) => {
        const next = history[index + 1]
        const last = next === undefined
        const { icon: Icon, tone } = LOOK(code, last, over)
        const seconds = ((last ? now : Date.parse(next.at)) - Date.parse(at)) / 1000
        const before = history.slice(0, index).filter((one) => one.code === 'reserved').length
        const again = code === 'reserved' && before > 0
        return (
          <li key={index} className="flex min-w-0 items-start gap-2.5 sm:pr-1" aria-current={last ? 'step' : undefined}>
            <span aria-hidden className={`mt-0.5 grid size-5 shrink-0 place-items-center rounded-full ${tone}`}>
              <Icon
                className={`size-3 ${last && !over && code !== 'requested' ? 'animate-spin motion-reduce:animate-none' : ''}`}
              />
            </span>
            <span className="min-w-0 text-sm">
              <span className={last ? 'font-semibold' : 'font-medium'}>
                {t(`code.${code}`)}
                {again && <span className="text-warn font-normal"> · {t('attempt', { n: before + 1 })}</span>}
              </span>
              <span className="text-muted block text-xs" title={format.exact(at)}>
                {format.clock(at)}
                {!(last && over) && (
                  <span suppressHydrationWarning>
                    {' · '}
                    {format.duration(seconds)} {last && t('now')}
                  </span>
                )}
              </span>
            </span>
            {!last && <span aria-hidden className="bg-line mx-2 mt-2.5 hidden h-px w-5 shrink-0 sm:block" />}
          </li>
        )
      })}
    </ol>
  )
}
