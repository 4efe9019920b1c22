import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import * as accountApi from '#lib/contract/account'
import * as adminApi from '#lib/contract/admin'
import { listPeriodic } from '#lib/contract/periodic'
import { listLimits } from '#lib/contract/rules'
import type { CUSTOM_ROLE, Role } from '#lib/core/access'
import type { ManagedKind } from '#lib/core/managed'
import { api } from '../queries'

export type AccountFilter = { q?: string; role?: (Role | typeof CUSTOM_ROLE)[]; state?: 'enabled' | 'disabled' }
export const useAccounts = (filter: AccountFilter) =>
  useInfiniteQuery({
    queryKey: ['accounts', 'list', filter],
    queryFn: ({ pageParam }) =>
      api.call(accountApi.listAccounts, { query: { ...filter, limit: 50, after: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
  })
export const useAccount = (username: string) =>
  useQuery({
    queryKey: ['accounts', 'one', username],
    queryFn: () => api.call(accountApi.getAccount, { params: { username } }),
  })
/** Of one account, or of all. */
export const useSessions = (username: string | null) =>
  useInfiniteQuery({
    queryKey: ['accounts', 'sessions', username],
    queryFn: ({ pageParam }) => {
      const query = { limit: 50, after: pageParam }
      return username === null
        ? api.call(accountApi.listAllSessions, { query })
        : api.call(accountApi.listSessions, { params: { username }, query })
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })
export const useTokens = (username: string) =>
  useQuery({
    queryKey: ['accounts', 'tokens', username],
    queryFn: () => api.call(accountApi.listApiTokens, { params: { username } }),
  })
export const useKeys = (username: string) =>
  useQuery({
    queryKey: ['accounts', 'keys', username],
    queryFn: () => api.call(accountApi.listKeys, { params: { username } }),
  })
export const useManaged = (kind: ManagedKind) =>
  useQuery({
    queryKey: ['catalogue', kind],
    queryFn: () => api.call(adminApi.listManaged, { params: { kind } }),
  })
export const useLimits = () => useQuery({ queryKey: ['limits'], queryFn: () => api.call(listLimits) })
export const usePeriodic = () =>
  useQuery({ queryKey: ['periodic'], queryFn: () => api.call(listPeriodic), refetchInterval: 5_000 })
export const useAuditKinds = () =>
  useQuery({ queryKey: ['audit', 'kinds'], queryFn: () => api.call(adminApi.auditKinds), staleTime: 60_000 })

export type AuditFilter = {
  actor?: string
  kind?: string[]
  from?: string
  to?: string
  worker?: string
  schedule?: string
  task?: string
}
export const useAudit = (filter: AuditFilter) =>
  useInfiniteQuery({
    queryKey: ['audit', 'log', filter],
    queryFn: ({ pageParam }) => api.call(adminApi.auditLog, { query: { ...filter, limit: 50, after: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
  })
