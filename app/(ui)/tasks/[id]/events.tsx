'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { RotateCw } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Loading, Problem } from '#components/states'
import { Ago } from '#components/time'
import { redeliverNotice } from '#lib/contract/task-page'
import { STAGES } from '#lib/core/task'
import { api, useMay, useMe, useNotices, useTaskEvents } from '../../queries'
import type { Notice } from './queries'

type Event = NonNullable<ReturnType<typeof useTaskEvents>['data']>['items'][number]
const KNOWN = [
  'requested',
  'reserved',
  'started',
  'succeeded',
  'failed',
  'canceled',
  'stage',
  'cancel_requested',
  'retried',
  'noted',
  'note_deleted',
] as const

function useEventWords() {
  const t = useTranslations('task')
  const common = useTranslations('common')
  return ({ kind, data }: Event): string => {
    const [noun, verb = ''] = kind.split('.')
    if (kind === 'notice.redelivered') return t('event.redelivered')
    if (kind === 'task.prioritized') return t('event.prioritized', { from: String(data.from), to: String(data.to) })
    const stage = STAGES.find((one) => one === data.stage)
    if (kind === 'task.stage' && stage !== undefined) return `${t('event.stage')}: ${common(`stage.${stage}`)}`
    const known = KNOWN.find((one) => noun === 'task' && one === verb)
    if (known === undefined) {
      if (noun === 'file')
        return `${t('event.file')}: ${typeof data.name === 'string' ? data.name : ''} (${verb.replace('_', ' ')})`
      return t('event.other', { kind: kind.replace(/[._]/g, ' ') })
    }
    const why =
      data.why === 'worker_lost' ? t('event.lost') : data.why === 'interrupted' ? t('event.interrupted') : null
    return why === null ? t(`event.${known}`) : `${t(`event.${known}`)} (${why})`
  }
}

/** What happened to the task, when, and who did it. */
export function Events({ id }: { id: string }) {
  const t = useTranslations('task')
  const words = useEventWords()
  const { data, error, isPending, refetch } = useTaskEvents(id)
  return (
    <section className="panel" aria-label={t('sections.events')}>
      <h2 className="border-line border-b px-4 py-3">{t('sections.events')}</h2>
      {isPending ? (
        <Loading rows={3} />
      ) : error !== null ? (
        <Problem error={error} retry={() => void refetch()} />
      ) : (
        <ol className="divide-line divide-y text-sm">
          {data.items.map((event) => (
            <li key={event.id} className="px-4 py-2">
              <div className="break-words">{words(event)}</div>
              <div className="text-muted text-xs">
                <span dir="auto">{event.actor}</span> · <Ago date={event.at} />
              </div>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}

const TONES: Record<Notice['status'], string> = { delivered: 'text-good', dead: 'text-bad', pending: 'text-muted' }

function OneNotice({ id, notice }: { id: string; notice: Notice }) {
  const t = useTranslations('task')
  const queries = useQueryClient()
  const allowed = useMay('requests.create')
  const again = useMutation({
    mutationFn: () => api.call(redeliverNotice, { params: { id, noticeId: notice.id } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['task', id] }),
  })
  const occasions = ['requested', 'started', 'ended'] as const
  const occasion = occasions.find((one) => one === notice.occasion)
  return (
    <li className="px-4 py-2.5">
      <div className="flex items-baseline justify-between gap-3">
        <span>
          {occasion === undefined
            ? t('notice.occasion.other', { other: notice.occasion })
            : t(`notice.occasion.${occasion}`)}{' '}
          {t('notice.by', { channel: notice.channel })}
        </span>
        <span className={TONES[notice.status]}>{t(`notice.status.${notice.status}`)}</span>
      </div>
      <div className="text-muted text-xs break-all" dir="auto">
        {notice.target}
      </div>
      <div className="text-muted flex flex-wrap items-center gap-x-3 text-xs">
        <span>{t('notice.attempts', { count: notice.attempts })}</span>
        {notice.deliveredAt !== null && <Ago date={notice.deliveredAt} />}
        {notice.nextAttemptAt !== null && (
          <span>
            {t('notice.next')} <Ago date={notice.nextAttemptAt} />
          </span>
        )}
        {allowed && notice.status !== 'pending' && (
          <button
            type="button"
            className="link inline-flex min-h-7 items-center gap-1"
            disabled={again.isPending}
            onClick={() => again.mutate()}
          >
            <RotateCw aria-hidden className="size-3.5" /> {t('notice.again')}
          </button>
        )}
      </div>
      {notice.lastError !== null && notice.status !== 'delivered' && (
        <div className="text-bad text-xs break-words">{notice.lastError}</div>
      )}
      <p role="status" className="text-good text-xs">
        {again.isSuccess && notice.status === 'pending' && t('notice.sentAgain')}
      </p>
      {again.error !== null && <Problem error={again.error} />}
    </li>
  )
}

/** Who was told of the task, what became of it, and sending it again. */
export function Notices({ id }: { id: string }) {
  const t = useTranslations('task')
  const { data: me } = useMe()
  const { data } = useNotices(id, me !== null && me !== undefined)
  if (data === undefined) return null
  return (
    <section className="panel" aria-label={t('sections.notices')}>
      <h2 className="border-line border-b px-4 py-3">{t('sections.notices')}</h2>
      {data.items.length === 0 ? (
        <p className="text-muted px-4 py-3 text-sm">{t('notice.none')}</p>
      ) : (
        <ul className="divide-line divide-y text-sm">
          {data.items.map((notice) => (
            <OneNotice key={notice.id} id={id} notice={notice} />
          ))}
        </ul>
      )}
    </section>
  )
}
