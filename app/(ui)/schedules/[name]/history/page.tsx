import { getTranslations } from 'next-intl/server'
import { Suspense } from 'react'
import { Messages } from '../../../../i18n/messages'
import { HistoryView } from './history-view'

type Props = { params: Promise<{ name: string }> }

export async function generateMetadata({ params }: Props) {
  const t = await getTranslations('schedules.history')
  return { title: t('pageTitle', { name: decodeURIComponent((await params).name) }) }
}

export default async function Page({ params }: Props) {
  return (
    <Messages areas={['schedules']}>
      <Suspense>
        <HistoryView name={decodeURIComponent((await params).name)} />
      </Suspense>
    </Messages>
  )
}
