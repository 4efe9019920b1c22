import type { Metadata } from 'next'
import { TaskView } from './task-view'

export const metadata: Metadata = { title: 'Task' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <TaskView id={decodeURIComponent((await params).id)} />
}
