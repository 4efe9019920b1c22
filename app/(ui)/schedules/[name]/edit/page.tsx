import { getTranslations } from 'next-intl/server'
import { Messages } from '../../../../i18n/messages'
import { EditSchedule } from './edit-schedule'

type Props = { params: Promise<{ name: string }> }

export async function generateMetadata({ params }: Props) {
  const t = await getTranslations('editor')
  return { title: t('editTitle', { name: decodeURIComponent((await params).name) }) }
}

export default async function Page({ params }: Props) {
  return (
    <Messages areas={['schedules', 'editor']}>
      <EditSchedule name={decodeURIComponent((await params).name)} />
    </Messages>
  )
}
