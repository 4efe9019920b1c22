import type { UploadPlan } from '#lib/core/task-view'
import type { Policy } from '#lib/core/matching'

/** What the services know of how this farm is set up. */
export type Settings = {
  /** Signs access tokens and webhooks. */
  secret: string
  /** The farm's public address. */
  publicUrl: string
  /** CIDR ranges that webhooks may reach although they are loopback or private. */
  noticeAllow: string[]
  /** The limits of the environment; what administrators set comes over them (lib/services/limits). */
  policy: Policy
  /** Where foreign workers upload to; a snapshot of it goes into each task. */
  uploadPlan: UploadPlan
  /** The registry of an offliner's image, `` for none (zimfarm.md §11.1). */
  dockerRegistry: (offliner: string) => string
  defaultPublisher: string | null
  /** Offliners whose patterns on file names are not enforced (zimfarm.md §11.4). */
  relaxed: (offliner: string) => boolean
}
