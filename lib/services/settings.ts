import type { UploadPlan } from '#lib/core/task-view'
import type { Policy } from '#lib/core/matching'
import type { Notification } from '#lib/core/schedule'

/** What the services know of how this farm is set up. */
export type Settings = {
  /** Signs access tokens and webhooks. */
  secret: string
  /** The farm's public address. */
  publicUrl: string
  /** CIDR ranges that webhooks may reach although they are loopback or private. */
  noticeAllow: string[]
  /** How mail goes out; Mailgun where both are set up. */
  mailgun: { apiUrl: string; apiKey: string; from: string } | null
  smtp: { url: string; from: string } | null
  slack: { url: string; username: string; emoji: string | null; icon: string | null } | null
  /** Who is told of every task, besides those whom its schedule names. */
  globalNotification: Notification
  /** Where people download what foreign workers upload. */
  zimDownloadUrl: string | null
  /** How many ended tasks of each schedule are kept. */
  historyPerSchedule: number
  /** After how many days an ended task without a schedule goes; null for never. */
  oldTaskDays: number | null
  /** The limits of the environment; what administrators set comes over them (lib/services/limits). */
  policy: Policy
  /** Where foreign workers upload to; a snapshot of it goes into each task. */
  uploadPlan: UploadPlan
  /** The buckets that workers upload to by themselves and that the farm can read: `bucketName` in lib/core/upload.ts. */
  buckets: string[]
  /** The catalogue that is told of checked files (zimfarm.md §14.5, §20.2); null for none. */
  cms: CmsSettings | null
  /** The registry of an offliner's image, `` for none (zimfarm.md §11.1). */
  dockerRegistry: (offliner: string) => string
  defaultPublisher: string | null
  /** Where tags of images are asked for, and how long at most. */
  imageRegistry: { url: string; timeoutSeconds: number }
  /** The image of Zimfarm's worker, whose newest version its workers ask for. */
  workerImage: string
  /** Origins whose pages may read what Zimfarm v2 answers; `*` for all. */
  allowedOrigins: string[]
  /** Who else vouches for callers of Zimfarm v2 (zimfarm.md §17.1); null for nobody. */
  identity: IdentityProvider | null
  /** Passwords and tokens of the farm's own count there. */
  localSignIn: boolean
  /** Zimfarm workers are given nothing (zimfarm.md §6.3). */
  schedulerOff: boolean
  /** Task types whose relaxed limits hold instead of the strict ones (zimfarm.md §11.4, §18.2). */
  relaxed: (taskType: string) => boolean
  /** Largest blob, in bytes. */
  blobMaxSize: number
  /** Snapshots name no folder within the warehouse (zimfarm.md §18.3). */
  disableWarehousePath: boolean
}

/** Where the catalogue is told of files, and in which of its two ways. */
export type CmsSettings = { way: 'v1' | 'v2'; endpoint: string; downloadUrl: string; token: string | null }

/** An identity provider that signs tokens (OpenID Connect); accounts that it knows and the farm does not are made where told so. */
export type IdentityProvider = { issuer: string; jwksUri: string; audience: string[]; createAccounts: boolean }
