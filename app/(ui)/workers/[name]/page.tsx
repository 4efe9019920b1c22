import { Messages } from '../../../i18n/messages'
import { WorkerView } from './worker-view'

type Params = { params: Promise<{ name: string }> }

export const generateMetadata = async ({ params }: Params) => ({ title: decodeURIComponent((await params).name) })

export default async function Page({ params }: Params) {
  const { name } = await params
  return (
    <Messages areas={['workers']}>
      <WorkerView name={decodeURIComponent(name)} />
    </Messages>
  )
}
