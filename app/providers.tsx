'use client'

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { NuqsAdapter } from 'nuqs/adapters/next/app'
import { useState } from 'react'
import { Announcer } from '#components/announce'
import { Toasts } from '#components/toast'
import { CroftError } from '#lib/core/error'

/** Another try helps when nothing answered, not when the farm refused. */
const retry = (failures: number, error: Error) => !(error instanceof CroftError) && failures < 3

/** `anonymous`: the browser has no session, so that nobody need ask who is signed in. */
export function Providers({ anonymous, children }: { anonymous: boolean; children: React.ReactNode }) {
  const [client] = useState(() => {
    const queries = new QueryClient({
      defaultOptions: { queries: { staleTime: 10_000, retry }, mutations: { retry: false } },
    })
    if (anonymous) queries.setQueryData(['me'], null)
    return queries
  })
  return (
    <QueryClientProvider client={client}>
      <NuqsAdapter>
        {children}
        <Announcer />
        <Toasts />
      </NuqsAdapter>
    </QueryClientProvider>
  )
}
