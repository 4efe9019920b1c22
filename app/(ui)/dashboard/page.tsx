import { getTranslations } from 'next-intl/server'
import { Messages } from '../../i18n/messages'
import { DashboardView } from './dashboard-view'

export const generateMetadata = async () => ({ title: (await getTranslations('dashboard'))('title') })

export default function Page() {
  return (
    <Messages areas={['dashboard', 'workers']}>
      <DashboardView />
    </Messages>
  )
}
