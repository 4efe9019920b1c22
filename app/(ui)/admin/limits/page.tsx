import { getTranslations } from 'next-intl/server'
import { Guard } from '../guard'
import { Limits } from './limits'

export const generateMetadata = async () => ({ title: (await getTranslations('admin'))('sections.limits') })

export default function Page() {
  return (
    <Guard section="limits">
      <Limits />
    </Guard>
  )
}
