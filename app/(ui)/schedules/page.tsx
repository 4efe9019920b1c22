import type { Metadata } from 'next'
import { Suspense } from 'react'
import { ScheduleList } from './schedule-list'

export const metadata: Metadata = { title: 'Schedules' }

export default function Page() {
  return (
    <Suspense>
      <ScheduleList />
    </Suspense>
  )
}
