import { join } from 'node:path'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { exchangesIn, replay } from '#lib/testing/exchanges'
import { PASSWORD, testFarm, type TestFarm } from '#lib/testing/farm'
import { v1Door, type V1Door } from '#lib/testing/zimfarm'

describe.each(exchangesIn(join(import.meta.dirname, 'fixtures')))('$file', (exchange) => {
  let farm: TestFarm
  let door: V1Door
  beforeAll(async () => {
    farm = await testFarm({
      ZIM_UPLOAD_URI: 's3://s3.example.org/?bucketName=zim&keyId=K&secretAccessKey=S',
      ZIM_EXPIRATION: '0',
      ZIMCHECK_OPTION: '--all',
      LOGS_UPLOAD_URI: 'sftp://uploader@store.example.org:1522/logs',
    })
    door = v1Door(farm)
    for (const role of ['admin', 'manager', 'editor', 'worker'] as const) await farm.account(role, role)
    await farm.account('youzimit', 'manager')
    for (const name of ['admin', 'manager', 'editor', 'worker', 'youzimit']) await door.signIn(name)
  })
  afterAll(() => farm.close())

  it(exchange.about, () => replay(exchange, door.call, new Map([['password', PASSWORD]])))
})
