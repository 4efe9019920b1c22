import { getTranslations } from 'next-intl/server'
import { Messages } from '../../../i18n/messages'
import { NewSchedule } from './new-schedule'

export const generateMetadata = async () => ({ title: (await getTranslations('editor'))('newTitle') })

export default function Page() {
  return (
    <Messages areas={['schedules', 'editor']}>
      <NewSchedule />
    </Messages>
  )
}
