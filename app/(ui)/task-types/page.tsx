import { getTranslations } from 'next-intl/server'
import { Messages } from '../../i18n/messages'
import { TaskTypeList } from './task-type-list'

export const generateMetadata = async () => ({ title: (await getTranslations('schedules.types'))('title') })

export default function Page() {
  return (
    <Messages areas={['schedules']}>
      <TaskTypeList />
    </Messages>
  )
}
