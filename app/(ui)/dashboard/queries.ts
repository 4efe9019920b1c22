import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import * as stats from '#lib/contract/stats'
import { timeline } from '#lib/contract/worker'
import type { Range } from '#lib/core/stats'
import { api } from '../queries'

const EVERY = 15_000

export const useDashboard = (range: Range) =>
  useQuery({
    queryKey: ['dashboard', 'figures', range],
    queryFn: () => api.call(stats.dashboard, { query: { range } }),
    placeholderData: (before) => before,
    refetchInterval: EVERY,
  })
export const useBreakdown = (by: (typeof stats.BREAKDOWNS)[number], range: Range) =>
  useQuery({
    queryKey: ['dashboard', 'by', by, range],
    queryFn: () => api.call(stats.breakdown, { params: { by }, query: { range } }),
    placeholderData: (before) => before,
    refetchInterval: EVERY,
  })
export const useFailureGroups = (range: Range, resolved: boolean) =>
  useQuery({
    queryKey: ['dashboard', 'failures', range, resolved],
    queryFn: () => api.call(stats.failureGroups, { query: { range, resolved: resolved ? 'true' : 'false' } }),
    placeholderData: (before) => before,
    refetchInterval: EVERY,
  })
export const useOutlook = () =>
  useQuery({
    queryKey: ['dashboard', 'outlook'],
    queryFn: () => api.call(stats.outlook),
    refetchInterval: EVERY,
  })
export const useTimeline = (hours: number) =>
  useInfiniteQuery({
    queryKey: ['dashboard', 'timeline', hours],
    queryFn: ({ pageParam }) => {
      const now = Date.now()
      const [from, to] = [now - hours * 3_600_000, now + (hours * 3_600_000) / 3]
      const query = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), limit: 25, after: pageParam }
      return api.call(timeline, { query })
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: EVERY,
  })
