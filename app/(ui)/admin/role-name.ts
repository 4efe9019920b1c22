import { useTranslations } from 'next-intl'
import { CUSTOM_ROLE, ROLES, type Role } from '#lib/core/access'

const KNOWN: (Role | typeof CUSTOM_ROLE)[] = [...ROLES, CUSTOM_ROLE]

/** A role in the reader's language; one that is not known as it is. */
export function useRoleName(): (role: string) => string {
  const t = useTranslations('admin.roles')
  return (role) => {
    const known = KNOWN.find((one) => one === role)
    return known === undefined ? role : t(known)
  }
}
