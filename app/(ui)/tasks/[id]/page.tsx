import { getTranslations } from 'next-intl/server'
import { Messages } from '../../../i18n/messages'
import { TaskView } from './task-view'

export const generateMetadata = async () => ({ title: (await getTranslations('task'))('title') })

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return (
    <Messages areas={['task', 'pipeline']}>
      <TaskView id={decodeURIComponent((await params).id)} />
    </Messages>
  )
}
