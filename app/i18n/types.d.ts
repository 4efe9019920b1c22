import type { Locale } from '#lib/core/locale'
import type admin from '../../messages/en/admin.json'
import type common from '../../messages/en/common.json'
import type dashboard from '../../messages/en/dashboard.json'
import type docs from '../../messages/en/docs.json'
import type editor from '../../messages/en/editor.json'
import type pipeline from '../../messages/en/pipeline.json'
import type requester from '../../messages/en/requester.json'
import type schedules from '../../messages/en/schedules.json'
import type shell from '../../messages/en/shell.json'
import type task from '../../messages/en/task.json'
import type workers from '../../messages/en/workers.json'

/** A key that is not in messages/en is a type error. */
declare module 'next-intl' {
  interface AppConfig {
    Locale: Locale
    Messages: {
      admin: typeof admin
      common: typeof common
      dashboard: typeof dashboard
      docs: typeof docs
      editor: typeof editor
      pipeline: typeof pipeline
      requester: typeof requester
      schedules: typeof schedules
      shell: typeof shell
      task: typeof task
      workers: typeof workers
    }
  }
}
