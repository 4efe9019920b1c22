import { getTranslations } from 'next-intl/server'
import { Guard } from '../guard'
import { AllSessions } from './all-sessions'

export const generateMetadata = async () => ({ title: (await getTranslations('admin'))('sections.sessions') })

export default function Page() {
  return (
    <Guard section="sessions">
      <AllSessions />
    </Guard>
  )
}
