import { getTranslations } from 'next-intl/server'
import { Guard } from '../guard'
import { AuditLog } from './audit-log'

export const generateMetadata = async () => ({ title: (await getTranslations('admin'))('sections.log') })

export default function Page() {
  return (
    <Guard section="log">
      <AuditLog />
    </Guard>
  )
}
