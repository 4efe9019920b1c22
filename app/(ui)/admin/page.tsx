import { getTranslations } from 'next-intl/server'
import { Guard } from './guard'
import { Overview } from './overview'

export const generateMetadata = async () => ({ title: (await getTranslations('admin'))('title') })

export default function Page() {
  return (
    <Guard section={null}>
      <Overview />
    </Guard>
  )
}
