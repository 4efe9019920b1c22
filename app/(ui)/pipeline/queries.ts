'use client'

import { useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { z } from 'zod'
import * as bulkApi from '#lib/contract/bulk'
import * as pipelineApi from '#lib/contract/pipeline'
import * as viewApi from '#lib/contract/saved-view'
import * as typeApi from '#lib/contract/task-type'
import { isOver } from '#lib/core/bulk'
import type { Direction, Sort, TaskQuery } from '#lib/core/pipeline'
import { api } from '../queries'

export type Row = z.output<typeof pipelineApi.pipelineRow>
export type ShortWhy = z.output<typeof pipelineApi.shortWhy>
export type Bulk = z.output<typeof bulkApi.bulkJob>

const PAGE = 50

export function usePipeline(query: TaskQuery, order: { sort: Sort; direction: Direction }) {
  return useInfiniteQuery({
    queryKey: ['tasks', 'pipeline', query, order],
    queryFn: ({ pageParam, signal }) =>
      api.call(pipelineApi.listPipeline, { query: { ...query, ...order, limit: PAGE, after: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before, old) => (sameTab(old?.queryKey, query) ? before : undefined),
    refetchInterval: query.tab === 'running' ? 5_000 : false,
  })
}
/** While a filter is typed the rows of before stay; another list begins empty. */
const sameTab = (key: readonly unknown[] | undefined, { tab }: TaskQuery) =>
  (key?.[2] as TaskQuery | undefined)?.tab === tab

export const useMatching = (query: TaskQuery, enabled: boolean) =>
  useQuery({
    queryKey: ['tasks', 'matching', query],
    queryFn: ({ signal }) => api.call(pipelineApi.countPipeline, { query, signal }),
    enabled,
    placeholderData: (before) => before,
  })

/** Why each of these tasks waits: one call for each page of them. */
export function useShortWhys(pages: readonly (readonly Row[])[], enabled: boolean): Map<string, ShortWhy> {
  const answers = useQueries({
    queries: pages.map((rows) => {
      const id = rows.filter((row) => row.status === 'requested').map((row) => row.id)
      return {
        queryKey: ['tasks', 'why', id],
        queryFn: ({ signal }: { signal: AbortSignal }) => api.call(pipelineApi.whyTasks, { query: { id }, signal }),
        enabled: enabled && id.length > 0,
        refetchInterval: 20_000,
        staleTime: 5_000,
        placeholderData: (before: { items: ShortWhy[] } | undefined) => before,
      }
    }),
  })
  const stamp = answers.map((answer) => answer.dataUpdatedAt).join()
  // The answers are new arrays at each render; their times tell whether they have changed.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  return useMemo(() => new Map(answers.flatMap(({ data }) => data?.items ?? []).map((one) => [one.id, one])), [stamp])
}

export const useViews = (screen: 'pipeline', enabled: boolean) =>
  useQuery({
    queryKey: ['views', screen],
    queryFn: () => api.call(viewApi.listViews, { query: { screen } }),
    enabled,
  })

export const useBulk = (id: string) =>
  useQuery({
    queryKey: ['bulk', id],
    queryFn: () => api.call(bulkApi.getBulkJob, { params: { id } }),
    refetchInterval: ({ state }) => (state.data !== undefined && isOver(state.data.state) ? false : 700),
  })
export const useBulkResults = (id: string, failed: boolean, moving: boolean) =>
  useInfiniteQuery({
    queryKey: ['bulk', id, 'results', failed],
    queryFn: ({ pageParam }) =>
      api.call(bulkApi.bulkResults, {
        params: { id },
        query: { limit: 100, after: pageParam, ...(failed && { failed: 'true' as const }) },
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: moving ? 2_000 : false,
  })
export const useBulkJobs = (enabled: boolean) =>
  useQuery({
    queryKey: ['bulk', 'all'],
    queryFn: () => api.call(bulkApi.listBulkJobs, { query: { limit: 20 } }),
    enabled,
    refetchInterval: 3_000,
  })
export const useTaskTypes = (enabled: boolean) =>
  useQuery({ queryKey: ['taskTypes'], queryFn: () => api.call(typeApi.listTaskTypes), staleTime: 60_000, enabled })
