import type { Metadata } from 'next'
import { Suspense } from 'react'
import { Pipeline } from './pipeline'

export const metadata: Metadata = { title: 'Pipeline' }

export default function Page() {
  return (
    <Suspense>
      <Pipeline />
    </Suspense>
  )
}
