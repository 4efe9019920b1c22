import type { Metadata } from 'next'
import { Messages } from '../../../i18n/messages'
import { ScheduleView } from './schedule-view'

type Props = { params: Promise<{ name: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).name) }
}

export default async function Page({ params }: Props) {
  return (
    <Messages areas={['schedules']}>
      <ScheduleView name={decodeURIComponent((await params).name)} />
    </Messages>
  )
}
