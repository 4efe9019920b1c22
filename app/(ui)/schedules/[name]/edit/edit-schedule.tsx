'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import dynamic from 'next/dynamic'
import { Empty, Loading, PageProblem } from '#components/states'
import { useMay, useMe } from '../../../queries'
import { useLive } from '../../../live'
import { toDraft } from '../../editor/model'
import { useMasked } from '../../queries'

const Editor = dynamic(() => import('../../editor/editor').then((module) => module.Editor), {
  loading: () => <Loading rows={8} />,
  ssr: false,
})

export function EditSchedule({ name }: { name: string }) {
  useLive()
  const t = useTranslations('editor')
  const me = useMe()
  const allowed = useMay('schedules.update')
  const query = useMasked(name)
  if (query.isPending || me.isPending) return <Loading rows={8} />
  if (query.error !== null) return <PageProblem title={name} error={query.error} retry={() => void query.refetch()} />
  const schedule = query.data
  const href = `/schedules/${encodeURIComponent(schedule.name)}`
  return (
    <>
      <p className="label">
        <Link href="/schedules" className="link">
          {t('schedules')}
        </Link>
        {' / '}
        <Link href={href} className="link break-all">
          {schedule.name}
        </Link>
      </p>
      <h1 className="mb-4">{t('editTitle', { name: schedule.name })}</h1>
      {!allowed || schedule.archivedAt !== null ? (
        <div className="panel">
          <Empty title={t(allowed ? 'archived' : 'forbidden')} />
        </div>
      ) : (
        <Editor
          key={schedule.id}
          account={me.data?.username ?? ''}
          subject={schedule.id}
          start={toDraft(schedule)}
          latest={schedule}
        />
      )}
    </>
  )
}
