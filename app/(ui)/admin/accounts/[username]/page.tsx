import { Guard } from '../../guard'
import { AccountView } from './account-view'

type Params = { params: Promise<{ username: string }> }

export const generateMetadata = async ({ params }: Params) => ({ title: decodeURIComponent((await params).username) })

export default async function Page({ params }: Params) {
  const { username } = await params
  return (
    <Guard section="accounts">
      <AccountView username={decodeURIComponent(username)} />
    </Guard>
  )
}
