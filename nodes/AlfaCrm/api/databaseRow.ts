import type { IExecuteFunctions } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import { withTimeout } from './cancel';

/**
 * A row of n8n's database, which `DatabaseLock` uses as a lock.
 *
 * n8n makes such rows for its node *Remove Duplicates*: each row lists the entries that one node of
 * a workflow has processed. All n8n processes see it.
 *
 * n8n inserts the row under a primary key, so of several processes that find no row only one can
 * insert it. n8n reads and writes an existing row as a whole: if two processes add entries at the
 * same moment, one entry gets lost, and a late write restores an old state.
 */

/**
 * A statement without an answer counts as failed after this time. A database that has not answered
 * for this long counts as down.
 */
export const ANSWER_MS = 30_000;

/** The functions by which n8n lets a node remember, in an execution, what it has processed. */
export type ProcessedData = Pick<
	IExecuteFunctions['helpers'],
	'checkProcessedAndRecord' | 'clearAllProcessedItems' | 'getProcessedDataCount'
>;

/** Makes n8n keep a list of entries. In other modes it keeps only the latest date or number. */
const KEEP_ENTRIES = { mode: 'entries' } as const;

/**
 * The first entry of each row, which says that the lock is taken. A process that adds it and does
 * not find it there has inserted the row.
 */
const FIRST_ENTRY = 'locked';

/**
 * n8n cannot keep a row: the workflow is not in its database, or n8n is too old, or the node has a
 * row of another mode, which holds no entries.
 */
export class NoRowError extends UserError {}

/** The result of adding entries to the row. */
interface AddedEntries {
	/** Whether there was no row before, so that this process has inserted it. */
	hasInsertedRow: boolean;
	/** Which of the added entries the row had before. */
	entriesBefore: readonly unknown[];
}

export class DatabaseRow {
	/** @param data undefined where n8n is too old to keep a row */
	constructor(private readonly data: ProcessedData | undefined) {}

	/** Counts the entries. 0 means that there is no row. */
	async countEntries(): Promise<number> {
		return await this.run(async (data) => await data.getProcessedDataCount('node', KEEP_ENTRIES));
	}

	/** Adds entries, or inserts the row with them if there is none. */
	async add(...entries: string[]): Promise<AddedEntries> {
		const allEntries = [FIRST_ENTRY, ...entries];
		const { processed: entriesBefore } = await this.run(
			async (data) => await data.checkProcessedAndRecord(allEntries, 'node', KEEP_ENTRIES),
		);
		const hasInsertedRow = !entriesBefore.includes(FIRST_ENTRY);
		return { hasInsertedRow, entriesBefore };
	}

	/** Removes the row, by whatever process it was inserted. */
	async remove(): Promise<void> {
		await this.run(async (data) => await data.clearAllProcessedItems('node', KEEP_ENTRIES));
	}

	/**
	 * Runs a statement. If no answer comes, the statement may still be carried out later.
	 *
	 * @throws NoRowError if n8n cannot keep a row
	 */
	private async run<Result>(statement: (data: ProcessedData) => Promise<Result>): Promise<Result> {
		if (this.data === undefined) throw new NoRowError('No processed data');

		try {
			return await withTimeout(statement(this.data), ANSWER_MS);
		} catch (error) {
			throw saysThatNoRowCanBeKept(error) ? new NoRowError('No row', { cause: error }) : error;
		}
	}
}

/** Tells whether an error of n8n or its database says that n8n can never keep a row here. */
function saysThatNoRowCanBeKept(error: unknown): boolean {
	const { code, name, message } = error as { code?: unknown; name?: unknown; message?: unknown };

	// This n8n has no such rows at all, or the workflow has no ID.
	const isAssertionBroken = code === 'ERR_ASSERTION';
	if (isAssertionBroken) return true;

	// The row refers to its workflow by a foreign key, and the workflow is not in the database.
	const isWorkflowNotStored = /foreign key/i.test(String(message));
	if (isWorkflowNotStored) return true;

	// The node already has a row of another mode.
	return name === 'DeduplicationError';
}
