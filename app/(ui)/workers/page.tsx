import type { Metadata } from 'next'
import { WorkerGrid } from './worker-grid'

export const metadata: Metadata = { title: 'Workers' }

export default function Page() {
  return <WorkerGrid />
}
