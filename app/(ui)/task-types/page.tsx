import type { Metadata } from 'next'
import { TaskTypeList } from './task-type-list'

export const metadata: Metadata = { title: 'Task types' }

export default function Page() {
  return <TaskTypeList />
}
