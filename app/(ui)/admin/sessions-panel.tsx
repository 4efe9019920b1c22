'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useFormat } from '#components/format'
import { ListPanel } from '#components/list-panel'
import { Problem } from '#components/states'
import { Ago } from '#components/time'
import { endSession, endSessions } from '#lib/contract/account'
import { api } from '../queries'
import { useChange } from '../workers/queries'
import { useSessions } from './queries'

/** The living sessions of an account, or of all (null), and the way to end them for those who may. */
export function SessionsPanel({ username, mayEnd }: { username: string | null; mayEnd: boolean }) {
  const t = useTranslations('admin.sessions')
  const format = useFormat()
  const list = useSessions(username)
  const end = useChange((one: { username: string; id: string }) => api.call(endSession, { params: one }))
  const endAll = useChange((of: string) => api.call(endSessions, { params: { username: of } }))
  const sessions = list.data?.pages.flatMap((page) => page.items) ?? []
  const own = sessions.some((one) => one.own)
  return (
    <div className="space-y-3">
      {username !== null && (
        <div className="flex flex-wrap items-center justify-between gap-3">
          <h2>{t('title')}</h2>
          {mayEnd && sessions.length > (own ? 1 : 0) && (
            <button
              type="button"
              className="button"
              disabled={endAll.isPending}
              onClick={() => endAll.mutate(username)}
            >
              {t(own ? 'endOthers' : 'endAll')}
            </button>
          )}
        </div>
      )}
      {(end.error ?? endAll.error) && <Problem error={(end.error ?? endAll.error) as Error} />}
      {endAll.data !== undefined && (
        <p role="status" className="text-muted text-sm">
          {t('ended', { count: endAll.data.ended })}
        </p>
      )}
      <ListPanel
        label={t('title')}
        query={list}
        empty={sessions.length === 0 ? <p className="text-muted px-4 py-3 text-sm">{t('none')}</p> : null}
      >
        <ul className="divide-line divide-y text-sm">
          {sessions.map((one) => (
            <li key={one.id} className="flex items-start justify-between gap-3 px-4 py-3">
              <div className="min-w-0">
                <p className="break-words">
                  {username === null && (
                    <>
                      <Link className="link font-medium" href={`/admin/accounts/${encodeURIComponent(one.username)}`}>
                        {one.username}
                      </Link>
                      {' · '}
                    </>
                  )}
                  {t(`kinds.${one.kind}`)}{' '}
                  {one.address === null ? t('unknownAddress') : t('from', { address: one.address })}
                  {one.own && <strong> · {t('own')}</strong>}
                </p>
                <p className="text-muted text-xs break-words">
                  {t('signedIn')} <Ago date={one.createdAt} /> · {t('lastSeen')} <Ago date={one.lastSeenAt} />
                  {one.userAgent !== null && ` · ${one.userAgent}`}
                </p>
              </div>
              {mayEnd && (
                <button
                  type="button"
                  className="button"
                  aria-label={t('endOne', { name: one.username, when: format.at(one.createdAt) })}
                  disabled={end.isPending}
                  onClick={() => end.mutate({ username: one.username, id: one.id })}
                >
                  {t('end')}
                </button>
              )}
            </li>
          ))}
        </ul>
      </ListPanel>
    </div>
  )
}
