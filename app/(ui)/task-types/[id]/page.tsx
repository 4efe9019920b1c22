import type { Metadata } from 'next'
import { Suspense } from 'react'
import { Messages } from '../../../i18n/messages'
import { TaskTypeView } from './task-type-view'

type Props = { params: Promise<{ id: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).id) }
}

export default async function Page({ params }: Props) {
  const id = decodeURIComponent((await params).id)
  return (
    <Messages areas={['schedules']}>
      <Suspense>
        <TaskTypeView id={id} />
      </Suspense>
    </Messages>
  )
}
