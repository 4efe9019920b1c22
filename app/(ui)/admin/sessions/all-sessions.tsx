'use client'

import { useMay } from '../../queries'
import { SessionsPanel } from '../sessions-panel'

export const AllSessions = () => <SessionsPanel username={null} mayEnd={useMay('users.update')} />
