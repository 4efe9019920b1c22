import { join } from 'node:path'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { exchangesIn, replay } from '#lib/testing/exchanges'
import { PASSWORD, testFarm, type TestFarm } from '#lib/testing/farm'
import { doorV2, type DoorV2 } from '#lib/testing/zimfarm-v2'

describe.each(exchangesIn(join(import.meta.dirname, 'fixtures')))('$file', (exchange) => {
  let farm: TestFarm
  let door: DoorV2
  beforeAll(async () => {
    farm = await testFarm({
      ZIM_UPLOAD_URI: 's3://s3.example.org/?bucketName=zim&keyId=K&secretAccessKey=S',
      ZIM_EXPIRATION: '0',
      ZIMCHECK_OPTION: '--all',
      LOGS_UPLOAD_URI: 'sftp://uploader@store.example.org:1522/logs',
      ARTIFACTS_UPLOAD_URI: 'sftp://uploader@store.example.org:1522/artifacts',
      ZIMCHECK_RESULTS_UPLOAD_URI: 'sftp://uploader@store.example.org:1522/zimcheck',
      IMAGE_REGISTRY_URL: 'http://127.0.0.1:9',
      CROFT_URL: 'https://farm.example.org',
    })
    door = doorV2(farm)
    for (const role of ['admin', 'manager', 'editor'] as const) {
      await farm.account(role, role)
      await door.signIn(role)
    }
    const worker = await farm.account('farm-1', 'worker')
    await farm.worker(worker.actor.accountId, { name: 'farm-1', kind: 'zimfarm' })
    await door.signIn('farm-1')
  })
  afterAll(() => farm.close())

  it(exchange.about, () => replay(exchange, door.call, new Map([['password', PASSWORD]])))
})
