'use client'

import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleX, Clock, Download, Link2Off, Loader, OctagonX, TriangleAlert } from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { z } from 'zod'
import { useFormat } from '#components/format'
import { Loading } from '#components/states'
import { ProgressBar } from '#components/status'
import { Ago, At, useNow } from '#components/time'
import { createClient } from '#lib/client/client'
import { openLink } from '#lib/contract/task-page'
import { CroftError } from '#lib/core/error'
import { isFinal } from '#lib/core/task'

const api = createClient({ url: typeof window === 'undefined' ? 'http://localhost' : window.location.origin })
type View = z.output<NonNullable<(typeof openLink)['response']>>

/** How often the page looks again: not at all once nothing will change. */
const lookAgain = (view: View | undefined) => {
  if (view === undefined) return 5_000
  if (isFinal(view.status)) return view.files.every((file) => file.ready) ? false : 10_000
  return view.status === 'requested' ? 10_000 : 3_000
}

function useRequest(token: string) {
  return useQuery({
    queryKey: ['link', token],
    queryFn: () => api.call(openLink, { params: { token } }),
    refetchInterval: ({ state }) => (state.error instanceof CroftError ? false : lookAgain(state.data)),
  })
}

const LOOK = {
  requested: { icon: Clock, tone: 'text-busy' },
  reserved: { icon: Loader, tone: 'text-busy' },
  started: { icon: Loader, tone: 'text-busy' },
  succeeded: { icon: CircleCheck, tone: 'text-good' },
  failed: { icon: CircleX, tone: 'text-bad' },
  canceled: { icon: OctagonX, tone: 'text-warn' },
} as const

function useText() {
  const t = useTranslations('requester')
  return (view: View): string => {
    switch (view.status) {
      case 'requested':
        if (view.rank === null) return t('text.requested')
        return view.rank === 0 ? t('text.first') : t('text.rank', { rank: view.rank, exact: String(view.rankExact) })
      case 'started':
        return view.stage === 'uploading' ? t('text.uploading') : t('text.started')
      case 'succeeded':
        return view.files.some((file) => file.ready) ? t('text.succeeded') : t('text.noFile')
      case 'failed':
        return `${t('text.failed', { reason: t(`reason.${view.reasonCode ?? 'unknown'}`) })} ${view.again ? t('text.again') : t('text.notAgain')}`
      case 'reserved':
      case 'canceled':
        return t(`text.${view.status}`)
    }
  }
}

function Expected({ at }: { at: string | null }) {
  const t = useTranslations('requester')
  const now = useNow()
  if (at === null) return <span className="text-muted">{t('times.unknown')}</span>
  if (Date.parse(at) - now < 45_000) return <>{t('times.any')}</>
  return (
    <>
      <Ago date={at} />{' '}
      <span className="text-muted">
        (<At date={at} />)
      </span>
    </>
  )
}

function Times({ view }: { view: View }) {
  const t = useTranslations('requester')
  const rows: [string, React.ReactNode][] = [[t('times.requested'), <At key="r" date={view.requestedAt} />]]
  if (view.startedAt !== null) rows.push([t('times.startedAt'), <At key="s" date={view.startedAt} />])
  else if (view.status === 'requested') rows.push([t('times.start'), <Expected key="s" at={view.expectedStartAt} />])
  if (view.endedAt !== null) rows.push([t('times.endedAt'), <At key="e" date={view.endedAt} />])
  else rows.push([t('times.end'), <Expected key="e" at={view.expectedEndAt} />])
  return (
    <dl className="border-line grid grid-cols-[auto_minmax(0,1fr)] gap-x-5 gap-y-1.5 border-t px-6 py-4 text-sm">
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Files({ view, token }: { view: View; token: string }) {
  const t = useTranslations('requester')
  const format = useFormat()
  if (view.files.length === 0) return null
  return (
    <section aria-label={t('files')} className="border-line border-t px-6 py-4">
      <h2 className="sr-only">{t('files')}</h2>
      <ul className="space-y-4">
        {view.files.map((file) => (
          <li key={file.id} className="space-y-2 text-sm">
            <div>
              <span dir="auto" className="font-medium break-all">
                {file.name}
              </span>{' '}
              <span className="text-muted">{format.bytes(file.size)}</span>
            </div>
            {file.ready ? (
              <a
                className="button button-primary w-full justify-center py-2.5 text-base"
                href={`/api/farm/links/${encodeURIComponent(token)}/files/${file.id}`}
                download={file.name}
              >
                <Download aria-hidden className="size-5" /> {t('download')}
              </a>
            ) : (
              <span className="text-muted">{t('preparing')}</span>
            )}
            {file.sha256 !== null && (
              <details className="text-xs">
                <summary className="link w-fit cursor-pointer">{t('sha256')}</summary>
                <code className="break-all">{file.sha256}</code>
              </details>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Request({ view, token }: { view: View; token: string }) {
  const t = useTranslations('requester')
  const format = useFormat()
  const text = useText()
  const { icon: Icon, tone } = LOOK[view.status]
  const turns = view.status === 'started' || view.status === 'reserved'
  return (
    <article className="panel overflow-hidden shadow-sm">
      <div className="space-y-4 px-6 py-6">
        <h1 dir="auto">{view.name}</h1>
        <div role="status" className="flex items-start gap-3">
          <Icon
            aria-hidden
            className={`mt-0.5 size-6 shrink-0 ${tone} ${turns ? 'animate-spin motion-reduce:animate-none' : ''}`}
          />
          <div>
            <p className={`text-lg leading-snug font-semibold ${tone}`}>
              {t(view.canceling ? 'state.canceling' : `state.${view.status}`)}
            </p>
            <p>{text(view)}</p>
          </div>
        </div>
        {view.progress !== null && !isFinal(view.status) && (
          <ProgressBar percent={view.progress} label={t('progress')} />
        )}
      </div>
      <Files view={view} token={token} />
      <Times view={view} />
      <p className="bg-sunken text-muted px-6 py-3 text-xs">
        {!isFinal(view.status) && `${t('lead')} `}
        {t('validUntil', { at: format.at(view.validUntil) })}
      </p>
    </article>
  )
}

/** What is wrong with the link, what that means and what to do. */
function Wrong({ error }: { error: Error }) {
  const t = useTranslations('requester')
  const code = error instanceof CroftError ? error.code : null
  const field = error instanceof CroftError ? error.fields.token?.[0] : undefined
  const what =
    code === 'too_many_attempts'
      ? 'often'
      : field === 'expired' || field === 'gone'
        ? field
        : code === 'not_found' || code === 'invalid'
          ? 'invalid'
          : 'failed'
  const Icon = what === 'failed' || what === 'often' ? TriangleAlert : Link2Off
  return (
    <article className="panel px-6 py-8 text-center shadow-sm" role="alert">
      <Icon aria-hidden className="text-warn mx-auto mb-3 size-8" />
      <h1 className="mb-2">{t(`problem.${what}`)}</h1>
      <p className="text-muted">{t(`problem.${what}Text`)}</p>
    </article>
  )
}

/** All that somebody with a signed link sees. */
export function RequesterView({ token }: { token: string }) {
  const { data, error } = useRequest(token)
  return (
    <main className="mx-auto flex min-h-dvh max-w-xl flex-col justify-center gap-6 px-4 py-10">
      {data !== undefined ? (
        <Request view={data} token={token} />
      ) : error !== null ? (
        <Wrong error={error} />
      ) : (
        <div className="panel p-4">
          <Loading rows={4} />
        </div>
      )}
      <p className="text-muted flex items-center justify-center gap-2 text-xs">
        <svg aria-hidden viewBox="0 0 32 32" className="size-4">
          <rect width="32" height="32" rx="8" className="fill-accent" />
          <path
            d="M6 22 16 9l10 13M10 22h12"
            fill="none"
            className="stroke-accent-ink"
            strokeWidth="3"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </svg>
        Croft
      </p>
    </main>
  )
}
