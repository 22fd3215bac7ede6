import type { JSX } from 'react'
import type { User } from '../api/user.ts'
import { Badge } from '../kit/index.ts'
import { statusText } from './status.ts'

export const StatusBadge = ({ user }: { readonly user: Pick<User, 'status'> }): JSX.Element => (
  <Badge tone={user.status === 'active' ? 'plain' : user.status === 'suspended' ? 'danger' : 'warning'}>{statusText(user)}</Badge>
)
