import type { Permission } from '#lib/core/access'

/** The parts of the administration and what one must be allowed in order to see each; null for everybody who is signed in. */
export const SECTIONS = [
  { key: 'accounts', href: '/admin/accounts', needs: 'users.read' },
  { key: 'sessions', href: '/admin/sessions', needs: 'users.read' },
  { key: 'log', href: '/admin/log', needs: 'users.read' },
  { key: 'held', href: '/admin/held', needs: null },
  { key: 'limits', href: '/admin/limits', needs: null },
  { key: 'lists', href: '/admin/lists', needs: null },
  { key: 'jobs', href: '/admin/jobs', needs: null },
  { key: 'types', href: '/task-types', needs: null },
] as const satisfies readonly { key: string; href: string; needs: Permission | null }[]
export type SectionKey = (typeof SECTIONS)[number]['key']
