'use client'

import { CircleCheck, CircleSlash, Clock, Wrench } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useMemo, useState } from 'react'
import { Dialog } from '#components/dialog'
import { useFormat } from '#components/format'
import { Loading, Problem } from '#components/states'
import type { Reason } from '#lib/core/matching'
import { farOf, nearestWorker } from '#lib/core/reason'
import { costOf, type Change } from '#lib/core/suggest'
import { useWords } from './pipeline/words'
import { useWhy } from './queries'

type Line = { worker: string | null; reason: Reason | null }

/** What keeps a task from the worker that is nearest to it. */
function useLine() {
  const t = useTranslations('pipeline')
  const words = useWords()
  return ({ worker, reason }: Line) =>
    worker === null
      ? t('why.nobody')
      : reason === null
        ? t('why.takes', { worker })
        : t('why.line', { worker, reason: words.reason(reason) })
}

/** Why a queued task waits: one line, and on a press every reason of every worker. Given `short`, that one is shown and nothing is asked for. */
export function Why({ taskId, short }: { taskId: string; short?: Line }) {
  const [open, setOpen] = useState(false)
  const line = useLine()
  const t = useTranslations('pipeline')
  const asked = useWhy(taskId, short === undefined || open)
  const data = asked.data
  const shown: Line | null =
    short ??
    (data === undefined
      ? null
      : (nearestWorker(data.workers as unknown as { worker: string; reasons: Reason[] }[]) ?? {
          worker: null,
          reason: null,
        }))
  if (shown === null)
    return <span className="text-muted text-sm">{asked.error === null ? '…' : asked.error.message}</span>
  return (
    <>
      <button
        type="button"
        className="link line-clamp-2 text-left text-sm"
        title={t('why.open')}
        onClick={() => setOpen(true)}
      >
        {line(shown)}
      </button>
      <Dialog title={t('why.title')} open={open} onClose={() => setOpen(false)} wide>
        {asked.isPending ? (
          <Loading />
        ) : asked.error !== null ? (
          <Problem error={asked.error} />
        ) : (
          <Matrix taskId={taskId} />
        )}
      </Dialog>
    </>
  )
}

const KINDS = {
  ready: { icon: CircleCheck, tone: 'text-good' },
  near: { icon: Clock, tone: 'text-busy' },
  held: { icon: Wrench, tone: 'text-warn' },
  never: { icon: CircleSlash, tone: 'text-muted' },
} as const
const kindOf = (far: number): keyof typeof KINDS =>
  far === 0 ? 'ready' : far < 5 ? 'near' : far < 100 ? 'held' : 'never'

/** So many workers are shown before one asks for more. */
const FIRST = 25

/** Every reason of every worker, the nearest first, with the least that would start the task. */
function Matrix({ taskId }: { taskId: string }) {
  const { data } = useWhy(taskId, true)
  const t = useTranslations('pipeline')
  const format = useFormat()
  const words = useWords()
  const [all, setAll] = useState(false)
  const [most, setMost] = useState(FIRST)
  const rows = useMemo(
    () =>
      (data?.workers ?? [])
        .map(({ worker, reasons, changes }) => {
          const far = farOf(reasons as unknown as Reason[])
          const changed = changes as unknown as Change[] | null
          return { worker, reasons: reasons as unknown as Reason[], changes: changed, far, kind: kindOf(far) }
        })
        .sort((a, b) => a.far - b.far || costs(a.changes) - costs(b.changes) || a.worker.localeCompare(b.worker)),
    [data],
  )
  if (data === undefined) return null
  if (rows.length === 0) return <p>{t('why.register')}</p>
  const could = rows.filter(({ kind }) => kind !== 'never')
  const shown = all || could.length === 0 ? rows : could
  return (
    <>
      <div className="bg-sunken mb-4 space-y-1.5 rounded-lg p-3 text-sm">
        <p>{data.rank === 0 ? t('why.first') : t('why.before', { rank: data.rank, exact: String(data.rankExact) })}</p>
        {data.soonest !== null && (
          <p>{t('why.soonest', { worker: data.soonest.worker, at: format.at(data.soonest.at) })}</p>
        )}
        {data.smallest !== null && (
          <p>
            <span className="text-muted">
              {t('why.smallest')}, {t('why.on', { worker: data.smallest.worker })}:
            </span>{' '}
            <strong className="font-medium">{words.changes(data.smallest.changes as unknown as Change[])}</strong>
          </p>
        )}
        {could.length === 0 && <p className="text-warn">{t('why.noneCould')}</p>}
      </div>
      {could.length > 0 && could.length < rows.length && (
        <div role="group" aria-label={t('why.filter')} className="mb-2 flex gap-1 text-sm">
          {[false, true].map((value) => (
            <button
              key={String(value)}
              type="button"
              aria-pressed={all === value}
              className="aria-pressed:bg-accent-soft aria-pressed:text-accent text-muted rounded-lg px-3 py-1.5 font-medium"
              onClick={() => setAll(value)}
            >
              {value ? t('why.all') : t('why.could')}{' '}
              <span className="text-xs">{format.number(value ? rows.length : could.length)}</span>
            </button>
          ))}
        </div>
      )}
      <div role="table" aria-label={t('why.matrix')} className="text-sm">
        <div role="row" className="label border-line hidden gap-4 border-b pb-1 sm:grid sm:grid-cols-[10rem_1fr_1fr]">
          {(['worker', 'reasons', 'todo'] as const).map((name) => (
            <span key={name} role="columnheader">
              {t(`why.${name}`)}
            </span>
          ))}
        </div>
        {shown.slice(0, most).map(({ worker, reasons, changes, kind }) => {
          const { icon: Icon, tone } = KINDS[kind]
          return (
            <div
              key={worker}
              role="row"
              className="border-line grid gap-x-4 gap-y-1 border-b py-2.5 last:border-0 sm:grid-cols-[10rem_1fr_1fr]"
            >
              <div role="rowheader" className="min-w-0">
                <div className="font-medium break-words" dir="auto">
                  {worker}
                </div>
                <div className={`flex items-center gap-1 text-xs ${tone}`}>
                  <Icon aria-hidden className="size-3.5" /> {t(`why.${kind}`)}
                </div>
              </div>
              <div role="cell">
                {reasons.length === 0 ? (
                  t('why.takesIt')
                ) : (
                  <ul className="space-y-0.5">
                    {reasons.map((reason, index) => (
                      <li key={index} className="break-words">
                        {words.reason(reason)}
                      </li>
                    ))}
                  </ul>
                )}
              </div>
              <div role="cell" className="text-muted break-words">
                {changes === null ? t('why.nothing') : words.changes(changes)}
              </div>
            </div>
          )
        })}
      </div>
      {shown.length > most && (
        <button type="button" className="button mt-3" onClick={() => setMost(most + 100)}>
          {t('why.more', { count: shown.length - most })}
        </button>
      )}
    </>
  )
}
const costs = (changes: Change[] | null) => (changes === null ? Infinity : costOf(changes))
