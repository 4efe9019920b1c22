import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { z } from 'zod'
import * as workerApi from '#lib/contract/worker'
import type { WorkerSort, WorkerStanding } from '#lib/core/worker'
import { api } from '../queries'

export type Worker = z.output<typeof workerApi.worker>
export type WorkerFilter = {
  q?: string
  standing?: WorkerStanding[]
  taskType?: string
  platform?: string
  version?: string
  sort?: WorkerSort
}

/** Workers that match, page by page; all keys begin with `workers`, which the live stream touches. */
export const useWorkerList = (filter: WorkerFilter) =>
  useInfiniteQuery({
    queryKey: ['workers', 'list', filter],
    queryFn: ({ pageParam }) => api.call(workerApi.listWorkers, { query: { ...filter, limit: 100, after: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
    refetchInterval: 10_000,
  })
export const useWorkerCounts = () =>
  useQuery({
    queryKey: ['workers', 'counts'],
    queryFn: () => api.call(workerApi.countWorkers),
    refetchInterval: 10_000,
  })
export const useWorker = (name: string, options: { enabled?: boolean; every?: number } = {}) =>
  useQuery({
    queryKey: ['workers', 'one', name],
    queryFn: () => api.call(workerApi.getWorker, { params: { name } }),
    refetchInterval: options.every ?? 5_000,
    enabled: options.enabled ?? true,
  })
export const useWorkerRuns = (name: string, hours: number) =>
  useQuery({
    queryKey: ['workers', 'runs', name, hours],
    queryFn: () => {
      const now = Date.now()
      const [from, to] = [now - hours * 3_600_000, now + (hours * 3_600_000) / 8]
      return api.call(workerApi.workerRuns, {
        params: { name },
        query: { from: new Date(from).toISOString(), to: new Date(to).toISOString() },
      })
    },
    placeholderData: (before) => before,
    refetchInterval: 15_000,
  })
export const useCredentials = (name: string, enabled: boolean) =>
  useQuery({
    queryKey: ['workers', 'credentials', name],
    queryFn: () => api.call(workerApi.workerCredentials, { params: { name } }),
    enabled,
  })

/** A change after which all that is shown is read again. */
export function useChange<T, R = unknown>(change: (input: T) => Promise<R>) {
  const queries = useQueryClient()
  return useMutation({ mutationFn: change, onSuccess: () => queries.invalidateQueries() })
}

type Settings = Parameters<typeof configure>[1]
const configure = (
  name: string,
  body: {
    disabled?: { reason: string } | null
    cordoned?: { reason: string; until: string | null; drain: boolean } | null
    quietHours?: z.input<typeof workerApi.quietHours> | null
  },
) => api.call(workerApi.configureWorker, { params: { name }, body })
export const useConfigure = (name: string) => useChange((settings: Settings) => configure(name, settings))
