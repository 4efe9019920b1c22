import { getTranslations } from 'next-intl/server'
import { Messages } from '../../i18n/messages'
import { WorkerGrid } from './worker-grid'

export const generateMetadata = async () => ({ title: (await getTranslations('workers'))('title') })

export default function Page() {
  return (
    <Messages areas={['workers']}>
      <WorkerGrid />
    </Messages>
  )
}
