import { getTranslations } from 'next-intl/server'
import { Guard } from '../guard'
import { Jobs } from './jobs'

export const generateMetadata = async () => ({ title: (await getTranslations('admin'))('sections.jobs') })

export default function Page() {
  return (
    <Guard section="jobs">
      <Jobs />
    </Guard>
  )
}
