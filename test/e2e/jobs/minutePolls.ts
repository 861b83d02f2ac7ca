import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { Example } from '../support/example';

/** A trigger with `lookEvery: 1` reads lessons or clients again after a minute at the earliest. */
const MINUTE_MS = 60_000;

/**
 * Polls the trigger of an example so that each poll reads the records again. Between two polls the workflow is not
 * published, so that no other poll comes in between.
 */
export class MinutePolls {
	private lastPollTime = 0;

	constructor(private readonly example: Example) {}

	/** Polls for the first time, and takes the existing records as the baseline. */
	async takeBaseline(): Promise<void> {
		await this.example.takeBaseline();
		this.lastPollTime = Date.now();
	}

	/** Polls as soon as a minute has passed since the last poll, and returns the messages. There must be at least one. */
	async pollMessages(): Promise<IDataObject[]> {
		const timeUntilPoll = this.lastPollTime + MINUTE_MS - Date.now();
		await sleep(Math.max(0, timeUntilPoll));

		const execution = await this.example.pollAgain();
		await this.example.unpublish();
		this.lastPollTime = Date.now();
		return this.example.readMessagesOf(execution);
	}
}
