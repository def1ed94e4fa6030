import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query, UseGuards } from '@nestjs/common';
import { Services } from '../services.js';
import { SignedIn } from '../signed-in.guard.js';
import { WRITE_TIMEOUT_MS } from '../write-timeout.js';
import {
  clearQuery,
  recordRef,
  settings,
  type ClearQuery,
  type RecordRef,
  type SettingsBody,
} from './bodies.js';

const OPTIONS = { timeoutMs: WRITE_TIMEOUT_MS };

@Controller('web/v1/history')
@UseGuards(SignedIn)
export class HistoryChangingController {
  constructor(private readonly services: Services) {}

  @Delete()
  @HttpCode(204)
  async clear(@Query({ schema: clearQuery }) { business = '' }: ClearQuery) {
    await this.services.histories.clear({ business }, OPTIONS);
  }

  @Delete(':business/:oid')
  @HttpCode(204)
  async delete(@Param({ schema: recordRef }) key: RecordRef) {
    await this.services.histories.delete({ key }, OPTIONS);
  }

  @Delete('continue/:business/:oid')
  @HttpCode(204)
  async hide(@Param({ schema: recordRef }) key: RecordRef) {
    await this.services.histories.hideFromContinue({ key }, OPTIONS);
  }

  @Get('settings')
  async settings() {
    const { paused, retentionDays } = await this.services.histories.getSettings({});
    return { paused, retentionDays };
  }

  @Put('settings')
  async putSettings(@Body({ schema: settings }) wanted: SettingsBody) {
    const present = await this.settings();
    const paused = wanted.paused ?? present.paused;
    const retentionDays = wanted.retentionDays ?? present.retentionDays;
    await this.services.histories.putSettings({ paused, retentionDays }, OPTIONS);
    return { paused, retentionDays };
  }
}
