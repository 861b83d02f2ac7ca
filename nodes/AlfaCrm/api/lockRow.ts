import type { IExecuteFunctions } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import { timeout, withTimeout } from './cancel';
import { ANSWER_MS } from './lockTimes';

/** What n8n offers a node in an execution to remember what it has processed, in the database that all processes share. */
export type ProcessedData = Pick<
	IExecuteFunctions['helpers'],
	'checkProcessedAndRecord' | 'clearAllProcessedItems' | 'getProcessedDataCount'
>;

const OPTIONS = { mode: 'entries' } as const;
/** The first entry of each row, so that whoever has added it has made the row. */
const LOCKED = 'locked';
/** The same entry for all who wait, for an entry is added only once. */
const WANTED = 'wanted';
const MOST_TRIES = 5;
const PAUSE_MS = 20;

/** n8n cannot keep such a row at all: for a workflow that is not in its database, or where nothing is processed like that. */
export class NoRowError extends UserError {}

/**
 * A lock in n8n's database: the row of what one node of a workflow has processed. While it is there, the process that made
 * it holds the lock. n8n inserts it under a primary key, so one of several processes succeeds; everything else that n8n
 * does to a row is to read it and to write it whole, so entries that two processes add at the same moment may get lost.
 */
export class LockRow {
	constructor(private readonly data: ProcessedData) {}

	/**
	 * @returns whether this process holds the lock now
	 * @throws NoRowError where there is no such thing
	 */
	async take(): Promise<boolean> {
		return await this.insert();
	}

	/** The same, and lets the holder know if another one has it. */
	async takeOrAskFor(): Promise<boolean> {
		return await this.insert(WANTED);
	}

	/**
	 * How many entries the row has, which grow while the holder lives and when somebody waits; 0 if the lock is free.
	 *
	 * @throws NoRowError where there is no such thing
	 */
	async size(): Promise<number> {
		const counting = this.data.getProcessedDataCount('node', OPTIONS);
		return await withTimeout(counting, ANSWER_MS).catch((error: unknown) => {
			throw hasNoRow(error) ? new NoRowError('No processed data', { cause: error }) : error;
		});
	}

	/** @returns whether the row was there, and which of the entries were in it already */
	async add(...entries: string[]): Promise<{ wasHeld: boolean; there: unknown[] }> {
		const adding = this.data.checkProcessedAndRecord([LOCKED, ...entries], 'node', OPTIONS);
		const { processed } = await withTimeout(adding, ANSWER_MS);
		return { wasHeld: processed.includes(LOCKED), there: processed };
	}

	async remove(): Promise<void> {
		await withTimeout(this.data.clearAllProcessedItems('node', OPTIONS), ANSWER_MS);
	}

	private async insert(...more: string[]): Promise<boolean> {
		for (let tries = 1; ; tries++) {
			const outcome = await this.add(...more).then(
				({ wasHeld }) => ({ isTaken: !wasHeld }),
				(error: unknown) => ({ error }),
			);
			if ('isTaken' in outcome) return outcome.isTaken;
			if (hasNoRow(outcome.error)) throw new NoRowError('No row', { cause: outcome.error });
			// Another process was faster, and may have given it up again.
			if ((await this.size()) > 0) return false;
			if (tries === MOST_TRIES) throw outcome.error;
			await timeout(PAUSE_MS);
		}
	}
}

/** The workflow is not in the database, n8n keeps nothing of the kind, or the user keeps something else there. */
function hasNoRow(error: unknown): boolean {
	const { code, name, message } = error as { code?: unknown; name?: unknown; message?: unknown };
	return code === 'ERR_ASSERTION' || name === 'DeduplicationError' || /foreign key/i.test(String(message));
}
