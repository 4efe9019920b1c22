import { getTranslations } from 'next-intl/server'
import { Messages } from '../../i18n/messages'
import { ScheduleList } from './schedule-list'

export const generateMetadata = async () => ({ title: (await getTranslations('schedules'))('title') })

export default function Page() {
  return (
    <Messages areas={['schedules']}>
      <ScheduleList />
    </Messages>
  )
}
